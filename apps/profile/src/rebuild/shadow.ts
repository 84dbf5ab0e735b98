import { forgetGroup, type Database, type Queryable, type StoredOffset, type Transaction } from '@tributary/persistence';
import { createProfileTables } from '../migrations.ts';
import { LIVE_SCHEMA } from '../profile-schema.ts';
import { createToldTables, TOLD_GROUP } from './told-stage.ts';

/** The consumer group whose tables are rebuilt. */
export const LIVE_GROUP = 'profile';
/** Where a second set of profiles is made from the topics, and the group that makes it. */
export const SHADOW_SCHEMA = 'profile_shadow';
export const SHADOW_GROUP = 'profile-shadow';
/** Rows that the last swap replaced. */
export const RETIRED_SCHEMA = 'profile_retired';
/** Tables that are rebuilt. */
export const TABLES = ['node', 'edge', 'document', 'profile'] as const;

/** What is replayed. Offsets by `topic/partition`, as text. */
export interface ShadowPlan {
  /** Made at start; ids of what a swap publishes derive from it. */
  readonly id: string;
  /** The shadow begins as a copy of the live tables; else empty. */
  readonly copy: boolean;
  /** As the operator gave them; `null`: everything. */
  readonly from: string | null;
  readonly to: string | null;
  readonly contracts: readonly string[] | null;
  /** Where the replay begins; a partition that is not named begins at its first record (empty shadow) or where live is (copy). */
  readonly starts: Readonly<Record<string, string>>;
  /** Where it ends; a partition that is not named follows the live group. */
  readonly ends: Readonly<Record<string, string>>;
}

/** The shadow as it stands. */
export interface ShadowState {
  readonly plan: ShadowPlan;
  readonly startedAt: Date;
}

/** The shadow that exists, or `undefined`. */
export async function readShadow(db: Queryable): Promise<ShadowState | undefined> {
  const [found] = await db.query<{ there: boolean }>(`SELECT to_regclass('${SHADOW_SCHEMA}.rebuild') IS NOT NULL AS there`);
  if (!found?.there) return undefined;
  const [row] = await db.query<ShadowState>(`SELECT plan, started_at AS "startedAt" FROM ${SHADOW_SCHEMA}.rebuild`);
  return row;
}

/** Makes a shadow by a plan, in one transaction; an earlier one and what an earlier swap set aside are dropped. */
export async function createShadow(database: Database, plan: ShadowPlan): Promise<void> {
  await database.transaction(async (tx) => {
    // One snapshot: the copy and the offsets belong together, as the live group commits them together.
    await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
    await drop(tx);
    await createProfileTables(tx, SHADOW_SCHEMA);
    await createToldTables(tx, SHADOW_SCHEMA);
    await tx.query(
      `CREATE TABLE ${SHADOW_SCHEMA}.rebuild (plan jsonb NOT NULL, started_at timestamptz NOT NULL, renamed integer NOT NULL DEFAULT 0)`,
    );
    await tx.query(`INSERT INTO ${SHADOW_SCHEMA}.rebuild VALUES ($1, now())`, [JSON.stringify(plan)]);
    if (plan.copy)
      for (const table of TABLES) await tx.query(`INSERT INTO ${SHADOW_SCHEMA}.${table} SELECT * FROM ${LIVE_SCHEMA}.${table}`);
    await openPartitions(tx, plan);
  });
}

/** Offset rows for partitions of the live group that the shadow does not have yet. */
export async function openPartitions(tx: Transaction, plan: ShadowPlan): Promise<void> {
  await tx.query(
    `INSERT INTO hub.consumer_offset (consumer_group, topic, partition, first_offset, next_offset)
SELECT $1, topic, partition, start, start FROM (
  SELECT topic, partition, least(next_offset, coalesce(($3::jsonb->>(topic || '/' || partition))::bigint, CASE WHEN $4 THEN next_offset ELSE first_offset END)) AS start
  FROM hub.consumer_offset WHERE consumer_group = $2) live
ON CONFLICT DO NOTHING`,
    [SHADOW_GROUP, LIVE_GROUP, JSON.stringify(plan.starts), plan.copy],
  );
}

/** How far a partition is to be replayed now. */
export interface ShadowRange {
  readonly topic: string;
  readonly partition: number;
  readonly from: bigint;
  readonly to: bigint;
}

/** What lies between the shadow and where it is to be: the live group's offsets, or an earlier end that the plan sets. */
export function rangesToLive(live: readonly StoredOffset[], shadow: readonly StoredOffset[], { ends }: ShadowPlan): ShadowRange[] {
  const next = new Map(shadow.map((row) => [`${row.topic}/${row.partition}`, row.nextOffset]));
  return live.flatMap(({ topic, partition, nextOffset }) => {
    const place = `${topic}/${partition}`;
    const from = next.get(place);
    const end = ends[place];
    const to = end === undefined || BigInt(end) > nextOffset ? nextOffset : BigInt(end);
    return from === undefined || to <= from ? [] : [{ topic, partition, from, to }];
  });
}

/** Lets PostgreSQL count what has just been filled: without it the comparisons are planned as if the tables were empty. */
export async function analyseShadow(db: Queryable): Promise<void> {
  for (const table of [...TABLES, 'told', 'told_key', 'told_merge']) await db.query(`ANALYZE ${SHADOW_SCHEMA}.${table}`);
}

/** Removes the shadow, its bookkeeping, and what an earlier swap set aside. Live is not touched. */
export async function discardShadow(database: Database): Promise<void> {
  await database.transaction(drop);
}

/** Removes the shadow after a swap; what was set aside stays. */
export async function dropShadow(tx: Transaction): Promise<void> {
  await tx.query(`DROP SCHEMA IF EXISTS ${SHADOW_SCHEMA} CASCADE`);
  for (const group of [SHADOW_GROUP, TOLD_GROUP]) await forgetGroup(tx, group);
}

async function drop(tx: Transaction): Promise<void> {
  await tx.query(`DROP SCHEMA IF EXISTS ${RETIRED_SCHEMA} CASCADE`);
  await dropShadow(tx);
}
