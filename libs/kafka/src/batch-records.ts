import type { RawRecord } from '@tributary/persistence';
import type { Batch, IHeaders } from 'kafkajs';
import type { FetchedRecord, UnreadableBatch } from './record-batch.ts';

/** Most records of one partition in one transaction. */
export const MAX_SLICE = 2_000;

/** The records of a kafkajs batch that can be read, as plain data; bytes are not copied. */
export function batchRecords(batch: Batch): RawRecord[] {
  const messages = unreadableOf(batch) === undefined ? batch.messages : batch.messages.slice(0, -1);
  return messages.map((message) => ({
    topic: batch.topic,
    partition: batch.partition,
    offset: BigInt(message.offset),
    key: message.key,
    value: message.value,
    headers: message.headers ?? {},
    timestamp: Number(message.timestamp),
  }));
}

/** What ends a kafkajs batch that cannot be read on; see `readBatch`. */
export const unreadableOf = (batch: Batch): UnreadableBatch | undefined =>
  (batch.messages.at(-1) as Partial<FetchedRecord> | undefined)?.unreadable;

/** How much memory a batch ties up: records, and bytes of keys, values and headers. */
export function batchAmount({ messages }: Batch): { readonly events: number; readonly bytes: number } {
  let bytes = 0;
  for (const message of messages) bytes += recordBytes(message);
  return { events: messages.length, bytes };
}

/** Bytes of a record's key, value and headers. */
export function recordBytes({ key, value, headers }: Pick<RawRecord, 'key' | 'value'> & { readonly headers?: object }): number {
  let bytes = (key?.length ?? 0) + (value?.length ?? 0);
  for (const name in headers) bytes += name.length + headerBytes((headers as IHeaders)[name]);
  return bytes;
}

const headerBytes = (header: IHeaders[string]): number =>
  Array.isArray(header) ? header.reduce((sum, item) => sum + item.length, 0) : (header?.length ?? 0);
