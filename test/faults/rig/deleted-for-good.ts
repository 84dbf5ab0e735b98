import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Kafka } from '@tributary/kafka';

/** Name of the first file of a log: the offset at which it begins, in twenty digits. */
const segment = (offset: bigint): string => `${offset.toString().padStart(20, '0')}.log`;

/**
 * Whether it is on the broker's disk that deleted records are gone. Until then a kill brings them back: DeleteRecords moves the start of a
 * log in memory, and the broker writes the starts down from time to time, for the first time half a minute after it came up.
 * @param logDir the broker's folder.
 */
export async function deletedForGood(kafka: Kafka, logDir: string, topics: readonly string[]): Promise<boolean> {
  const written = new Map<string, bigint>();
  const checkpoint = join(logDir, 'log-start-offset-checkpoint');
  if (existsSync(checkpoint))
    for (const line of readFileSync(checkpoint, 'utf8').split('\n')) {
      const [topic = '', partition = '', offset] = line.split(' ');
      if (offset !== undefined) written.set(`${topic}-${partition}`, BigInt(offset));
    }
  const admin = kafka.admin();
  await admin.connect();
  try {
    for (const topic of topics)
      for (const { partition, low } of await admin.fetchTopicOffsets(topic)) {
        const name = `${topic}-${partition}`;
        const start = BigInt(low);
        // A log whose first file begins there needs no note.
        if ((written.get(name) ?? 0n) < start && !existsSync(join(logDir, name, segment(start)))) return false;
      }
    return true;
  } finally {
    await admin.disconnect();
  }
}
