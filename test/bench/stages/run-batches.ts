import { createProfileStage } from '@tributary/app-profile';
import { applyBatch, groupNumber, openOffset, type BatchContext, type PartitionSlice, type RawRecord } from '@tributary/persistence';
import { familySeconds, processorSeconds } from '../measure/process-figures.ts';
import { StageClock, type Share } from '../measure/stage-clock.ts';
import type { Stack } from '../stack/stack.ts';
import { TOPIC, type Workload } from '../workload/workload.ts';
import { measuredStage, MeasuredDatabase, type PhaseBook } from './measured-stage.ts';

/** What a run of batches took. */
export interface BatchRun {
  readonly events: number;
  /** Microseconds in all, by part. */
  readonly shares: ReadonlyMap<string, Share>;
  /** Processor seconds of PostgreSQL's other processes (WAL writer, checkpointer) during the run. */
  readonly otherPostgresSeconds: number;
}

const IDENTITY_KEY = '0123456789abcdef'.repeat(4);

/** Slices as the accumulator would hand them over: the next `size` events, by partition. */
export class SliceSource {
  private readonly next = new Map<number, bigint>();
  private index = 0;

  constructor(private readonly workload: Workload) {}

  take(size: number): PartitionSlice[] {
    const byPartition = new Map<number, RawRecord[]>();
    const expected = new Map<number, bigint>();
    for (let taken = 0; taken < size; taken += 1, this.index += 1) {
      const { partition, key, value, headers } = this.workload.recordOf(this.index);
      const offset = this.next.get(partition) ?? 0n;
      if (!expected.has(partition)) expected.set(partition, offset);
      this.next.set(partition, offset + 1n);
      const record = { topic: TOPIC, partition, offset, key, value, headers: asBytes(headers), timestamp: 0 };
      const records = byPartition.get(partition);
      if (records === undefined) byPartition.set(partition, [record]);
      else records.push(record);
    }
    return [...byPartition].map(([partition, records]) => ({
      topic: TOPIC,
      partition,
      expected: expected.get(partition) ?? 0n,
      next: this.next.get(partition) ?? 0n,
      records,
    }));
  }
}

/** Headers as the Kafka client hands them over. */
const asBytes = (headers: Record<string, string>): Record<string, Buffer> =>
  Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)]));

/**
 * Applies batches of `size` through the product's own shell and profile stage on one connection, every part on the clock; the first
 * `warmUp` events (customers become known, code becomes hot) are not counted.
 */
export async function runBatches(stack: Stack, workload: Workload, size: number, warmUp: number): Promise<BatchRun> {
  const own = await stack.openDatabase('hub');
  let clock: StageClock | undefined;
  const book: PhaseBook = { phase: 'read and validate' };
  // One connection: what its process takes is what the statements take.
  const database = new MeasuredDatabase({ url: own.url, max: 1, applicationName: 'bench stages' }, () => clock, book);
  try {
    const stage = measuredStage(createProfileStage(IDENTITY_KEY), () => clock, book);
    const context: BatchContext = { database, stage, groupId: await groupNumber(database, stage.group), now: () => new Date() };
    for (let partition = 0; partition < workload.options.partitions; partition += 1)
      await openOffset(database, stage.group, TOPIC, partition, 0n);
    const [row] = await database.query<{ pid: number }>('SELECT pg_backend_pid() AS pid');
    const backend = row?.pid ?? 0;
    const source = new SliceSource(workload);
    const apply = async (count: number): Promise<void> => {
      const slices = source.take(count);
      book.phase = 'read and validate';
      clock?.start();
      const result = await applyBatch(context, slices);
      if (result.applied !== count || result.transactions !== 1)
        throw new Error(`a batch of ${count} events ended as ${JSON.stringify(result)}`);
    };
    for (let done = 0; done < warmUp; done += size) await apply(size);
    clock = new StageClock(backend);
    const others = (): number => familySeconds(stack.pids.postgres) - processorSeconds(backend);
    const before = others();
    let events = 0;
    while (events + size <= workload.options.events - warmUp) {
      await apply(size);
      events += size;
    }
    return { events, shares: clock.result(), otherPostgresSeconds: others() - before };
  } finally {
    await database.close();
    await own.drop();
  }
}
