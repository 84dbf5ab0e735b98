import { contractNamed, toHeaders, type AnyContract, type Contract } from '@tributary/contracts';
import {
  applyBatch,
  Database,
  groupNumber,
  openOffset,
  type BatchContext,
  type BatchResult,
  type Migration,
  type RawRecord,
  type Stage,
} from '@tributary/persistence';
import { freshDatabase, type FreshDatabase } from './fresh-database.ts';

/** One event as its source says it, in the contract's JSON form. */
export interface Said {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time: string;
  readonly data: unknown;
}

/** A stage under test: takes events in batches as the transport would hand them over. */
export interface StageBench {
  readonly database: Database;
  /** Applies events, in order, as one batch of one lane. */
  apply(lane: number, events: readonly Said[]): Promise<BatchResult>;
  close(): Promise<void>;
}

/** Connects a stage to a database; each lane is a partition of its own in every topic, so lanes may work at once. */
export async function stageBench(own: FreshDatabase, stage: Stage, lanes: number): Promise<StageBench> {
  const database = new Database({ url: own.url, max: lanes + 1, applicationName: 'spec stage' });
  const context: BatchContext = { database, stage, groupId: await groupNumber(database, stage.group), now: () => new Date() };
  for (const { topic } of stage.reads) for (let lane = 0; lane < lanes; lane += 1) await openOffset(database, stage.group, topic, lane, 0n);
  const next = new Map<string, bigint>();
  return {
    database,
    async apply(lane, events) {
      const byTopic = new Map<string, RawRecord[]>();
      const before = new Map(next);
      for (const said of events) {
        const contract = contractNamed(said.type) as unknown as Contract<unknown>;
        const read = contract.fromJson(said.data);
        if (!read.ok) throw new Error(JSON.stringify(read.faults));
        const place = `${contract.topic}/${lane}`;
        const offset = next.get(place) ?? 0n;
        next.set(place, offset + 1n);
        const record: RawRecord = {
          topic: contract.topic,
          partition: lane,
          offset,
          key: Buffer.from(contract.key(read.value, said.source)),
          value: contract.encode(read.value),
          headers: toHeaders(said),
          timestamp: 0,
        };
        byTopic.set(contract.topic, [...(byTopic.get(contract.topic) ?? []), record]);
      }
      const slices = [...byTopic].map(([topic, records]) => ({
        topic,
        partition: lane,
        expected: before.get(`${topic}/${lane}`) ?? 0n,
        next: next.get(`${topic}/${lane}`) ?? 0n,
        records,
      }));
      try {
        return await applyBatch(context, slices);
      } catch (error) {
        // Nothing was applied: the offsets stand where they stood.
        for (const { topic, expected } of slices) next.set(`${topic}/${lane}`, expected);
        throw error;
      }
    },
    close: () => database.close(),
  };
}

/** What a stage published on a contract, in the order of the table. */
export async function published<T>(database: Database, contract: Contract<T>): Promise<{ key: string; value: T | null }[]> {
  const rows = await database.query<{ key: string; payload: Buffer | null }>(
    'SELECT aggregateid AS key, payload FROM hub.outbox WHERE aggregatetype = $1 ORDER BY sequence',
    [(contract as unknown as AnyContract).topic],
  );
  return rows.map(({ key, payload }) => {
    if (payload === null) return { key, value: null };
    const read = contract.decode(payload);
    if (!read.ok) throw new Error(JSON.stringify(read.faults));
    return { key, value: read.value };
  });
}

/** Two processes of one stage over one database, each with a memory of its own: the one reads partition 0, the other partition 1. */
export interface TwoBenches {
  readonly own: FreshDatabase;
  readonly one: StageBench;
  readonly other: StageBench;
  close(): Promise<void>;
}

/** Two stages as `make` gives them, over one fresh database. */
export async function twoBenches(migrations: readonly Migration[], make: () => Stage): Promise<TwoBenches> {
  const own = await freshDatabase(migrations);
  const one = await stageBench(own, make(), 2);
  const other = await stageBench(own, make(), 2);
  return {
    own,
    one,
    other,
    async close() {
      await one.close();
      await other.close();
      await own.drop();
    },
  };
}
