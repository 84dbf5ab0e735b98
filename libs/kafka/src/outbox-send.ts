import type { PendingRow } from '@tributary/persistence';
import type { Message, Producer } from 'kafkajs';

/** Bytes of one send, well under the broker's bound of a record batch; a single larger row goes alone. */
const SEND_BYTES = 1_000_000;
/** Headers and framing of a row, roughly. */
const ROW_OVERHEAD = 400;

/** What keeps its order. */
export const keyOf = (row: PendingRow): string => `${row.topic}\n${row.key}`;

/** Cuts rows into sends of bounded size: kafkajs makes one record batch a partition of a send, and the broker bounds a record batch. */
export function parts(rows: readonly PendingRow[]): PendingRow[][] {
  const found: PendingRow[][] = [];
  let bytes = SEND_BYTES;
  for (const row of rows) {
    const size = (row.payload?.length ?? 0) + row.key.length + ROW_OVERHEAD;
    if (bytes + size > SEND_BYTES) {
      found.push([]);
      bytes = 0;
    }
    found.at(-1)?.push(row);
    bytes += size;
  }
  return found;
}

/** One request to each broker; answers when all replicas that must have it do. */
export async function send(producer: Producer, rows: readonly PendingRow[]): Promise<void> {
  const byTopic = new Map<string, Message[]>();
  for (const row of rows) {
    const message: Message = { key: row.key, value: row.payload, headers: row.headers };
    const list = byTopic.get(row.topic);
    if (list) list.push(message);
    else byTopic.set(row.topic, [message]);
  }
  await producer.sendBatch({ acks: -1, topicMessages: [...byTopic].map(([topic, messages]) => ({ topic, messages })) });
}

const REFUSALS = new Set([
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'UNKNOWN_TOPIC_OR_PARTITION',
  'INVALID_TOPIC_EXCEPTION',
]);

/** Whether the broker refuses what is sent (trying again cannot help), as against being out of reach. */
export function isRefusal(error: unknown): boolean {
  const seen = error as { type?: string; cause?: { type?: string } };
  return REFUSALS.has(seen.type ?? '') || REFUSALS.has(seen.cause?.type ?? '');
}
