import type { PendingRow } from '@tributary/persistence';
import type { IHeaders, Message, Producer } from 'kafkajs';
import { EventHeaders } from './event-headers.ts';
import { topicMessages } from './topic-messages.ts';

/** Bytes of one send, well under the broker's bound of a record batch; a single larger row goes alone. */
const SEND_BYTES = 1_000_000;
/** Headers and framing of a row, roughly. */
const ROW_OVERHEAD = 400;
/** Pauses between sends of what a broker does not know: 200 ms, doubled up to 6.4 s, 13 s together. */
const FIRST_PAUSE_MS = 200;
const LAST_PAUSE_MS = 6_400;

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

/**
 * One request to each broker; answers when all replicas that must have it do. A topic that a broker does not know may be one that it does
 * not know yet, right after its start: only what it has not heard of for a while is refused. All is sent again then, with the same ids.
 */
export async function send(producer: Producer, rows: readonly PendingRow[]): Promise<void> {
  for (let pause = FIRST_PAUSE_MS; ; pause *= 2)
    try {
      await sendOnce(producer, rows);
      return;
    } catch (error) {
      if (pause > LAST_PAUSE_MS || !isOf(error, UNKNOWN)) throw error;
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
}

async function sendOnce(producer: Producer, rows: readonly PendingRow[]): Promise<void> {
  const byTopic = new Map<string, Message[]>();
  for (const row of rows) {
    const message: Message = { key: row.key, value: row.payload, headers: headersOf(row) };
    const list = byTopic.get(row.topic);
    if (list) list.push(message);
    else byTopic.set(row.topic, [message]);
  }
  await producer.sendBatch({
    acks: -1,
    topicMessages: [...byTopic].map(([topic, messages]) => ({ topic, messages: topicMessages(messages) })),
  });
}

/** Headers of a row on the wire. */
export function headersOf({ id, type, seq, source, time, traceparent, headers }: PendingRow): IHeaders {
  if (source === null || time === null) return headers ?? {};
  return new EventHeaders({ id, source, type, time, seq, traceparent });
}

const UNKNOWN: ReadonlySet<string> = new Set(['UNKNOWN_TOPIC_OR_PARTITION']);
const REFUSALS: ReadonlySet<string> = new Set([
  ...UNKNOWN,
  'MESSAGE_TOO_LARGE',
  'RECORD_LIST_TOO_LARGE',
  'INVALID_RECORD',
  'INVALID_TOPIC_EXCEPTION',
]);

/** Whether the broker refuses what is sent (trying again cannot help), as against being out of reach. */
export function isRefusal(error: unknown): boolean {
  return isOf(error, REFUSALS);
}

function isOf(error: unknown, types: ReadonlySet<string>): boolean {
  const seen = error as { type?: string; cause?: { type?: string } };
  return types.has(seen.type ?? '') || types.has(seen.cause?.type ?? '');
}
