import { topology, type AppName } from '@tributary/contracts';
import { WatermarkReader, type Kafka } from '@tributary/kafka';
import { storedOffsets, type Queryable } from '@tributary/persistence';

/** What is still on its way. */
export interface Unsettled {
  /** Partitions, by group, whose end was not reached. */
  readonly behind: readonly string[];
  /** Outbox rows that the broker has not acknowledged. */
  readonly unsent: number;
  /** Why it cannot be told, when a service does not answer. */
  readonly unknown?: string;
}

/** Whether every group has passed every record of its topics and the outbox is empty but for rows that are blocked. */
export async function isSettled(
  kafka: Kafka,
  database: Queryable,
  groups: readonly AppName[],
  halted: ReadonlySet<string> = new Set(),
): Promise<Unsettled | undefined> {
  const marks = new WatermarkReader(kafka);
  try {
    const behind: string[] = [];
    for (const group of groups) {
      const stored = new Map((await storedOffsets(database, group)).map((row) => [`${row.topic}/${row.partition}`, row.nextOffset]));
      for (const { topic, partition, low, high } of await marks.read(topology[group].reads.map((contract) => contract.topic)))
        if (high > low && (stored.get(`${topic}/${partition}`) ?? low) < high && !halted.has(`${group} ${topic}/${partition}`))
          behind.push(`${group} ${topic}/${partition}`);
    }
    const [row] = await database.query<{ unsent: bigint }>('SELECT coalesce(sum(rows), 0)::bigint AS unsent FROM hub.outbox_pending');
    const unsent = Number(row?.unsent ?? 0n);
    return behind.length === 0 && unsent === 0 ? undefined : { behind, unsent };
  } catch (error) {
    return { behind: [], unsent: 0, unknown: error instanceof Error ? error.message : String(error) };
  } finally {
    await marks.close().catch((error: unknown) => void error);
  }
}
