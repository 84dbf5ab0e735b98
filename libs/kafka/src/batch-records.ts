import type { RawRecord } from '@tributary/persistence';
import type { Batch } from 'kafkajs';

/** Most records of one partition in one transaction. */
export const MAX_SLICE = 2_000;

/** The records of a kafkajs batch as plain data; bytes are not copied. */
export function batchRecords(batch: Batch): RawRecord[] {
  return batch.messages.map((message) => ({
    topic: batch.topic,
    partition: batch.partition,
    offset: BigInt(message.offset),
    key: message.key,
    value: message.value,
    headers: message.headers ?? {},
    timestamp: Number(message.timestamp),
  }));
}
