import type { IHeaders } from 'kafkajs';
import { codecs } from './batch-codecs.ts';
import { crc32c } from './crc32c.ts';

/** Most bytes and records that one batch may hold when it is inflated. The broker lets 2 MiB of ours pass, packed. */
export interface BatchLimits {
  readonly bytes: number;
  readonly records: number;
}

/** The limits of the hub: a batch of 16 KiB to 1 MiB, which clients make, stays far below. */
export const BATCH_LIMITS: BatchLimits = { bytes: 32 * 1024 * 1024, records: 250_000 };

/** A batch whose records cannot be had, with its bytes as they came. */
export interface UnreadableBatch {
  /** Why, as the end of the sentence "the batch …". */
  readonly reason: string;
  readonly firstOffset: bigint;
  readonly lastOffset: bigint;
  /** How many records it says it holds. */
  readonly records: number;
  readonly bytes: Buffer;
}

/** A record as kafkajs hands it over. Of an unreadable batch there is one, at its last offset, which says so. */
export interface FetchedRecord {
  readonly offset: string;
  readonly timestamp: string;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: IHeaders;
  readonly attributes: number;
  readonly magicByte: number;
  readonly isControlRecord: boolean;
  readonly batchContext: { readonly producerId: string; readonly inTransaction: boolean };
  readonly unreadable?: UnreadableBatch;
}

/** Where things stand in the header of a batch of format 2. */
const AT = {
  length: 8,
  magic: 16,
  crc: 17,
  attributes: 21,
  lastDelta: 23,
  firstTime: 27,
  maxTime: 35,
  producer: 43,
  count: 57,
  records: 61,
};
/** Bytes of a batch before its length counts. */
export const BATCH_PREFIX = 12;
const CODEC = 7;
const LOG_APPEND_TIME = 8;
const TRANSACTIONAL = 16;
const CONTROL = 32;

/**
 * The records of one batch of format 2 (Kafka 0.11 and later). Offsets that hold no record after the last one (compaction, or an empty
 * batch) end in a control record, so that whoever reads on begins behind them. Never throws for what the bytes hold.
 * @param batch exactly one, with its prefix.
 */
export async function readBatch(batch: Buffer, limits: BatchLimits): Promise<FetchedRecord[]> {
  if (batch.length < AT.records || batch.readInt8(AT.magic) !== 2) return [unreadable(batch, 'has a format older than Kafka 0.11')];
  if (batch.readUInt32BE(AT.crc) !== crc32c(batch, AT.attributes, batch.length))
    return [unreadable(batch, 'was damaged on its way: its checksum does not hold')];
  const attributes = batch.readInt16BE(AT.attributes);
  const packed = batch.subarray(AT.records);
  if (batch.readInt32BE(AT.count) > limits.records)
    return [unreadable(batch, `holds ${batch.readInt32BE(AT.count)} records, more than ${limits.records}`)];
  const codec = attributes & CODEC;
  // An empty batch is what compaction leaves of a producer's last one; there is nothing to inflate.
  if (codec === 0 || batch.readInt32BE(AT.count) === 0) return recordsOf(batch, attributes, packed);
  const known = codecs.get(codec);
  if (known === undefined) return [unreadable(batch, `is packed with codec ${codec}, which is unknown`)];
  try {
    return recordsOf(batch, attributes, await known.inflate(packed, limits.bytes));
  } catch (error) {
    const { message, code } = error as Error & { code?: unknown };
    const what = code === 'ERR_BUFFER_TOO_LARGE' ? `inflates beyond ${limits.bytes} bytes` : message;
    return [unreadable(batch, `is packed with ${known.name} and cannot be inflated: ${what}`)];
  }
}

function recordsOf(batch: Buffer, attributes: number, body: Buffer): FetchedRecord[] {
  const base = Number(batch.readBigInt64BE(0));
  const firstTime = Number(batch.readBigInt64BE(AT.firstTime));
  const appended = (attributes & LOG_APPEND_TIME) === 0 ? undefined : batch.readBigInt64BE(AT.maxTime).toString();
  const shared = {
    magicByte: 2,
    isControlRecord: (attributes & CONTROL) !== 0,
    batchContext: contextOf(batch, attributes),
  };
  const count = batch.readInt32BE(AT.count);
  const last = base + batch.readInt32BE(AT.lastDelta);
  const records: FetchedRecord[] = [];
  const reader = new RecordReader(body);
  try {
    for (let index = 0; index < count; index += 1) {
      const record = reader.next();
      records.push({
        offset: String(base + record.offsetDelta),
        timestamp: appended ?? String(firstTime + record.timeDelta),
        key: record.key,
        value: record.value,
        headers: record.headers,
        attributes: record.attributes,
        ...shared,
      });
    }
  } catch (error) {
    if (!(error instanceof RangeError)) throw error;
    return [unreadable(batch, `holds no records that can be read: ${error.message}`)];
  }
  if (records.length === 0 || Number(records.at(-1)?.offset) < last) records.push(marker(batch, attributes, true));
  return records;
}

const contextOf = (batch: Buffer, attributes: number): FetchedRecord['batchContext'] => ({
  producerId: batch.readBigInt64BE(AT.producer).toString(),
  inTransaction: (attributes & TRANSACTIONAL) !== 0,
});

/** A record without content at the last offset of a batch. */
const marker = (batch: Buffer, attributes: number, isControlRecord: boolean): FetchedRecord => ({
  offset: lastOffset(batch).toString(),
  timestamp: batch.readBigInt64BE(AT.maxTime).toString(),
  key: null,
  value: null,
  headers: {},
  attributes: 0,
  magicByte: 2,
  isControlRecord,
  batchContext: contextOf(batch, attributes),
});

function lastOffset(batch: Buffer): bigint {
  const delta = batch.readInt32BE(AT.lastDelta);
  return batch.readBigInt64BE(0) + BigInt(Math.max(0, delta));
}

function unreadable(batch: Buffer, reason: string): FetchedRecord {
  const first = batch.readBigInt64BE(0);
  if (batch.length < AT.records || batch.readInt8(AT.magic) !== 2) {
    // Of an old format only the first offset is known.
    const old = {
      offset: first.toString(),
      timestamp: '0',
      key: null,
      value: null,
      headers: {},
      attributes: 0,
      magicByte: batch[AT.magic] ?? 0,
    };
    return {
      ...old,
      isControlRecord: false,
      batchContext: { producerId: '-1', inTransaction: false },
      unreadable: { reason, firstOffset: first, lastOffset: first, records: 1, bytes: batch },
    };
  }
  const last = lastOffset(batch);
  const span = Number(last - first) + 1;
  const records = Math.min(Math.max(1, batch.readInt32BE(AT.count)), span);
  return {
    ...marker(batch, batch.readInt16BE(AT.attributes), false),
    unreadable: { reason, firstOffset: first, lastOffset: last, records, bytes: batch },
  };
}

/** Reads records one after another; throws `RangeError` when they end too early or say what cannot be. */
class RecordReader {
  private position = 0;
  private readonly names: { readonly bytes: Buffer; readonly text: string }[] = [];

  constructor(private readonly bytes: Buffer) {}

  next(): Pick<FetchedRecord, 'key' | 'value' | 'headers' | 'attributes'> & { readonly offsetDelta: number; readonly timeDelta: number } {
    const length = this.varint();
    const end = this.position + length;
    if (length < 0 || end > this.bytes.length) throw new RangeError('a record is longer than its batch');
    const attributes = this.bytes[this.position++] ?? 0;
    const timeDelta = this.varint();
    const offsetDelta = this.varint();
    const key = this.slice();
    const value = this.slice();
    const headers = this.headers();
    if (this.position !== end) throw new RangeError('a record does not end where it says');
    return { attributes, timeDelta, offsetDelta, key, value, headers };
  }

  private headers(): IHeaders {
    const count = this.varint();
    if (count < 0 || count > this.bytes.length - this.position) throw new RangeError('a record says it has more headers than it can');
    const headers: Record<string, Buffer | (Buffer | string)[]> = Object.create(null) as Record<string, Buffer>;
    for (let index = 0; index < count; index += 1) {
      const name = this.name(index);
      const value = this.slice() as Buffer;
      const before = headers[name];
      if (before === undefined) headers[name] = value;
      else if (Array.isArray(before)) before.push(value);
      else headers[name] = [before, value];
    }
    return headers;
  }

  /** A header's name: mostly the one that the record before had in this place, whose text is taken then. */
  private name(place: number): string {
    const start = this.position;
    const length = this.varint();
    const known = this.names[place];
    if (known !== undefined && known.bytes.length === length && this.matches(known.bytes)) {
      this.position += length;
      return known.text;
    }
    this.position = start;
    const bytes = this.slice();
    const text = bytes?.toString('utf8') ?? '';
    if (bytes !== null) this.names[place] = { bytes, text };
    return text;
  }

  private matches(bytes: Buffer): boolean {
    for (let index = 0; index < bytes.length; index += 1) if (this.bytes[this.position + index] !== bytes[index]) return false;
    return true;
  }

  private slice(): Buffer | null {
    const length = this.varint();
    if (length < 0) return null;
    const end = this.position + length;
    if (end > this.bytes.length) throw new RangeError('a field is longer than its batch');
    const slice = this.bytes.subarray(this.position, end);
    this.position = end;
    return slice;
  }

  /** A zigzag number of up to 64 bits; exact up to 2^53. */
  private varint(): number {
    let low = 0;
    for (let shift = 0; shift < 28; shift += 7) {
      const byte = this.byte();
      low |= (byte & 127) << shift;
      if (byte < 128) return (low >>> 1) ^ -(low & 1);
    }
    let value = low;
    for (let factor = 2 ** 28; factor < 2 ** 70; factor *= 128) {
      const byte = this.byte();
      value += (byte & 127) * factor;
      if (byte < 128) return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
    }
    throw new RangeError('a number is longer than 64 bits');
  }

  private byte(): number {
    const byte = this.bytes[this.position++];
    if (byte === undefined) throw new RangeError('the records end too early');
    return byte;
  }
}
