import type { IHeaders } from 'kafkajs';
import { crc32c } from './crc32c.ts';
import { EventHeaders } from './event-headers.ts';

/** A message as kafkajs hands it to its encoder. */
export interface EncodableMessage {
  readonly key?: Buffer | string | null;
  readonly value: Buffer | string | null;
  readonly headers?: IHeaders;
  readonly timestamp?: string | number;
}

/** What kafkajs gives to its Produce request, version 3 and later. */
export interface ProduceArguments {
  readonly acks: number;
  readonly timeout: number;
  readonly transactionalId?: string | null;
  readonly producerId?: unknown;
  readonly producerEpoch?: number;
  readonly compression?: number;
  readonly topicData: readonly {
    readonly topic: string;
    readonly partitions: readonly {
      readonly partition: number;
      readonly firstSequence?: number;
      readonly messages: readonly EncodableMessage[];
    }[];
  }[];
}

/** Whether a request is one that {@link encodeProduce} writes. */
export const isPlain = ({ transactionalId, producerId, compression }: ProduceArguments): boolean =>
  (transactionalId ?? null) === null && Number(producerId ?? -1) === -1 && (compression ?? 0) === 0;

/** Reused between calls: JavaScript runs one encode at a time and the result is copied out. */
let scratch = Buffer.allocUnsafe(1024 * 1024);
let at = 0;
/** A native call costs more than writing so many bytes. */
const BY_HAND = 48;

/**
 * Body of a Produce request, versions 3 to 8, of a producer that is neither idempotent nor transactional, uncompressed: byte for byte what
 * kafkajs encodes, in one buffer. kafkajs makes an encoder of 512 zeroed bytes for every record and one for each of its headers, which
 * costs twenty microseconds a message. (Kafka protocol guide, "Produce API"; record batch: "Record Batch" and "Record" of the message format.)
 * @param now milliseconds since 1970, for messages without a time.
 */
export function encodeProduce({ acks, timeout, topicData }: ProduceArguments, now: number): Buffer {
  at = 0;
  ensure(32);
  int16(-1);
  int16(acks);
  int32(timeout);
  int32(topicData.length);
  for (const { topic, partitions } of topicData) {
    ensure(8 + topic.length * 3);
    const length = scratch.write(topic, at + 2, 'utf8');
    int16(length);
    at += length;
    int32(partitions.length);
    for (const { partition, messages } of partitions) {
      ensure(8);
      int32(partition);
      const size = at;
      at += 4;
      recordBatch(messages, now);
      scratch.writeInt32BE(at - size - 4, size);
    }
  }
  return Buffer.from(scratch.subarray(0, at));
}

function recordBatch(messages: readonly EncodableMessage[], now: number): void {
  ensure(80);
  const timestamps = messages
    .flatMap(({ timestamp }) => (timestamp === undefined || (timestamp as unknown) === null ? [] : [timestamp]))
    .sort();
  const first = Number(timestamps[0] ?? now);
  int64(0);
  const length = at;
  at += 4;
  int32(0);
  scratch[at++] = 2;
  const checksum = at;
  at += 4;
  const body = at;
  int16(0);
  int32(messages.length - 1);
  int64(first);
  int64(Number(timestamps.at(-1) ?? now));
  int64(-1);
  int16(0);
  int32(0);
  int32(messages.length);
  messages.forEach((message, index) => record(message, index, Number(message.timestamp || now) - first));
  scratch.writeInt32BE(at - length - 4, length);
  scratch.writeUInt32BE(crc32c(scratch, body, at), checksum);
}

/** A record behind its length, which is as long as the record is: it is written where the longest would leave it and moved down. */
function record(message: EncodableMessage, offsetDelta: number, timestampDelta: number): void {
  ensure(32);
  const start = at;
  at += 5;
  const body = at;
  scratch[at++] = 0;
  varint(timestampDelta);
  varint(offsetDelta);
  bytes(message.key ?? null);
  bytes(message.value);
  if (message.headers instanceof EventHeaders) eventHeaders(message.headers);
  else headers(message.headers ?? {});
  const end = at;
  at = start;
  varint(end - body);
  scratch.copyWithin(at, body, end);
  at += end - body;
}

function headers(all: IHeaders): void {
  const names = Object.keys(all);
  let total = 0;
  for (const name of names) total += Array.isArray(all[name]) ? all[name].length : 1;
  varint(total);
  for (const name of names) {
    const value = all[name];
    for (const one of Array.isArray(value) ? value : [value]) {
      bytes(name);
      bytes(one ?? null);
    }
  }
}

/** What stands between the values of an event's headers, written once. */
const BEFORE = {
  id: encoded('ce_specversion', '1.0', 'ce_id'),
  source: encoded('ce_source'),
  type: encoded('ce_type'),
  time: encoded('ce_time'),
  seq: encoded('content-type', 'application/vnd.confluent.avro', 'ce_seq'),
  trace: encoded('traceparent'),
};

function eventHeaders({ ce_id, ce_source, ce_type, ce_time, ce_seq, traceparent }: EventHeaders): void {
  varint(traceparent === undefined ? 7 : 8);
  constant(BEFORE.id);
  bytes(ce_id);
  constant(BEFORE.source);
  bytes(ce_source);
  constant(BEFORE.type);
  bytes(ce_type);
  constant(BEFORE.time);
  bytes(ce_time);
  constant(BEFORE.seq);
  bytes(ce_seq);
  if (traceparent === undefined) return;
  constant(BEFORE.trace);
  bytes(traceparent);
}

function encoded(...texts: string[]): Uint8Array {
  at = 0;
  for (const text of texts) bytes(text);
  return Uint8Array.from(scratch.subarray(0, at));
}

function constant(content: Uint8Array): void {
  ensure(content.length);
  scratch.set(content, at);
  at += content.length;
}

/** A nullable text or buffer behind its length. */
function bytes(value: Buffer | string | null): void {
  if (value === null) {
    ensure(1);
    scratch[at++] = 1;
  } else if (typeof value === 'string') {
    const length = isShortAscii(value) ? value.length : Buffer.byteLength(value);
    ensure(5 + length);
    varint(length);
    if (length === value.length && length <= BY_HAND)
      for (let index = 0; index < length; index += 1) scratch[at++] = value.charCodeAt(index);
    else at += scratch.write(value, at, 'utf8');
  } else {
    ensure(5 + value.length);
    varint(value.length);
    scratch.set(value, at);
    at += value.length;
  }
}

function isShortAscii(text: string): boolean {
  if (text.length > BY_HAND) return false;
  for (let index = 0; index < text.length; index += 1) if (text.charCodeAt(index) > 127) return false;
  return true;
}

/** Zig-zag variable length; up to 53 bits, as milliseconds apart need. */
function varint(value: number): void {
  ensure(10);
  let rest = value >= 0 ? value * 2 : -value * 2 - 1;
  while (rest > 127) {
    scratch[at++] = (rest % 128) | 128;
    rest = Math.floor(rest / 128);
  }
  scratch[at++] = rest;
}

function int16(value: number): void {
  at = scratch.writeInt16BE(value, at);
}

function int32(value: number): void {
  at = scratch.writeInt32BE(value, at);
}

function int64(value: number): void {
  int32(Math.floor(value / 2 ** 32));
  at = scratch.writeUInt32BE(value >>> 0, at);
}

function ensure(size: number): void {
  if (at + size <= scratch.length) return;
  const larger = Buffer.allocUnsafe(Math.max(scratch.length * 2, at + size));
  scratch.copy(larger, 0, 0, at);
  scratch = larger;
}
