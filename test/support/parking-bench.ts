import { randomUUID } from 'node:crypto';
import { expect } from '@jest/globals';
import { contracts, type StockMovement } from '@tributary/contracts';
import {
  applyBatch,
  groupNumber,
  openOffset,
  redrive,
  sqlMigration,
  textArray,
  type BatchContext,
  type BatchResult,
  type Database,
  type Migration,
} from '@tributary/persistence';
import type { OutboxEvent, ParkingLimits, QuarantineFilter, RawRecord, RedriveReport, Stage } from '@tributary/persistence';
import { countingMigrations, countingStage, movementRecord } from './counting-stage.ts';

/** Tables of the bench: how often each movement was counted, and in which order they were applied. */
export const parkingMigrations: readonly Migration[] = [
  ...countingMigrations,
  sqlMigration(
    '9001-spec-order',
    'CREATE TABLE spec.applied_order (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, movement text NOT NULL)',
  ),
];

const TOPIC = contracts.stockMovement.topic;

/** A strict counting stage on two partitions whose failures a test turns on and off, with what parking and redriving need around it. */
export class ParkingBench {
  readonly run = randomUUID();
  /** Movements (names inside the run) that the fold throws on now. */
  readonly refused = new Set<string>();
  /** Called before each commit. */
  beforeCommit: () => Promise<void> = () => Promise.resolve();
  limits: ParkingLimits = { parkedPerKey: 10_000, blockedShare: 1, blockedKeys: 1_000_000 };
  private readonly next = [0, 0];

  private constructor(
    readonly database: Database,
    readonly stage: Stage,
    private groupId: number,
  ) {}

  /** @param publishes whether each movement that is applied publishes one event. */
  static async open(database: Database, publishes = false): Promise<ParkingBench> {
    const inner = countingStage({
      ordering: 'strict',
      onApply: ({ movementId }) => {
        if (bench.refused.has(movementId.slice(bench.run.length + 1))) throw new Error(`no ${movementId}`);
      },
      onClose: () => bench.beforeCommit(),
    });
    const stage: Stage = {
      ...inner,
      async open(tx, events, epoch) {
        const unit = await inner.open(tx, events, epoch);
        const applied: StockMovement[] = [];
        return {
          apply(event) {
            const disposition = unit.apply(event);
            applied.push(event.value as StockMovement);
            return disposition;
          },
          async close() {
            await unit.close();
            await tx.query(
              'INSERT INTO spec.applied_order (movement) SELECT m FROM unnest($1::text[]) WITH ORDINALITY AS u (m, n) ORDER BY n',
              [textArray(applied.map(({ movementId }) => movementId))],
            );
            return publishes ? applied.map(published) : [];
          },
        };
      },
    };
    const bench = new ParkingBench(database, stage, await groupNumber(database, stage.group));
    for (const partition of [0, 1]) await openOffset(database, stage.group, TOPIC, partition, 0n);
    return bench;
  }

  get group(): string {
    return this.stage.group;
  }

  context(): BatchContext {
    const { database, stage, groupId, limits } = this;
    return { database, stage, groupId, now: () => new Date(), limits };
  }

  /** One batch of movements of a partition, each `name` or `[name, sku]`. */
  async live(movements: readonly (string | readonly [name: string, sku: string])[], partition = 0): Promise<BatchResult> {
    const from = this.next[partition] ?? 0;
    const records = movements.map((movement, index) => {
      const [name, sku] = typeof movement === 'string' ? [movement, 'K'] : movement;
      return movementRecord(from + index, `${this.run}/${name}`, { partition }, sku);
    });
    return this.batch(records, partition);
  }

  /** One batch of records, whose offsets go on from the last. */
  async batch(records: readonly RawRecord[], partition = 0): Promise<BatchResult> {
    const from = this.next[partition] ?? 0;
    const placed = records.map((record, index) => ({ ...record, partition, offset: BigInt(from + index) }));
    const slice = { topic: TOPIC, partition, expected: BigInt(from), next: BigInt(from + records.length), records: placed };
    const result = await applyBatch(this.context(), [slice]);
    this.next[partition] = from + records.length;
    return result;
  }

  /** Redrives or discards what fits, in this group. */
  redrive(filter: QuarantineFilter = {}, action: 'redrive' | 'discard' = 'redrive', dryRun = false): Promise<RedriveReport> {
    const { database, stage, group, limits } = this;
    return redrive(
      {
        database,
        stageOf: (name) => (name === group ? stage : undefined),
        resend: () => Promise.reject(new Error('nothing came over HTTP')),
        now: () => new Date(),
        limits,
      },
      { filter: { group, ...filter }, action, actor: { name: 'spec', via: 'cli' }, dryRun, limit: 10_000 },
    );
  }

  /** How often each movement of the run was counted. */
  async counted(): Promise<Record<string, number>> {
    const rows = await this.database.query<{ movement: string; n: number }>(
      'SELECT movement, n FROM spec.counted WHERE movement LIKE $1 ORDER BY 1',
      [`${this.run}/%`],
    );
    return Object.fromEntries(rows.map((row) => [row.movement.slice(this.run.length + 1), row.n]));
  }

  /** Movements in the order in which committed transactions applied them. */
  async order(): Promise<string[]> {
    const rows = await this.database.query<{ movement: string }>(
      'SELECT movement FROM spec.applied_order WHERE movement LIKE $1 ORDER BY id',
      [`${this.run}/%`],
    );
    return rows.map((row) => row.movement.slice(this.run.length + 1));
  }

  parked(): Promise<{ offset: bigint; partition: number }[]> {
    return this.database.query('SELECT record_offset AS "offset", partition FROM hub.parked WHERE consumer_group = $1 ORDER BY id', [
      this.group,
    ]);
  }

  blocked(): Promise<{ key: string; parked: number }[]> {
    return this.database.query(
      `SELECT convert_from(record_key, 'UTF8') AS key, parked FROM hub.blocked_key WHERE consumer_group = $1 ORDER BY 1`,
      [this.group],
    );
  }

  quarantined(): Promise<{ id: bigint; offset: bigint; status: string; seen: number; reason: string; value: Buffer | null }[]> {
    return this.database.query(
      'SELECT id, record_offset AS "offset", status, seen, reason, value FROM hub.quarantine WHERE consumer_group = $1 ORDER BY id',
      [this.group],
    );
  }

  /** The accounting identity and its agreement with the tables, at one moment. */
  async tallies(): Promise<Record<'consumed' | 'applied' | 'duplicate' | 'parked' | 'quarantined', number>> {
    const [row] = await this.database.query<
      Record<'consumed' | 'applied' | 'duplicate' | 'parked' | 'quarantined' | 'waiting' | 'counted' | 'bad', bigint>
    >(
      `SELECT sum(next_offset - first_offset - gaps)::bigint AS consumed, sum(applied)::bigint AS applied, sum(duplicate)::bigint AS duplicate,
  sum(parked)::bigint AS parked, sum(quarantined)::bigint AS quarantined,
  (SELECT count(*) FROM hub.parked WHERE consumer_group = $1) AS waiting,
  (SELECT coalesce(sum(parked), 0) FROM hub.blocked_key WHERE consumer_group = $1)::bigint AS counted,
  (SELECT count(*) FROM hub.quarantine WHERE consumer_group = $1 AND status <> 'redriven') AS bad
FROM hub.consumer_offset WHERE consumer_group = $1`,
      [this.group],
    );
    if (row === undefined) throw new Error('the group has no offsets');
    const { consumed, applied, duplicate, parked, quarantined, waiting, counted, bad } = row;
    expect({ sum: applied + duplicate + parked + quarantined, waiting, counted, bad }).toEqual({
      sum: consumed,
      waiting: parked,
      counted: parked,
      bad: quarantined,
    });
    return {
      consumed: Number(consumed),
      applied: Number(applied),
      duplicate: Number(duplicate),
      parked: Number(parked),
      quarantined: Number(quarantined),
    };
  }
}

function published({ movementId, sku }: StockMovement): OutboxEvent {
  return {
    contract: contracts.acknowledgement as never,
    id: `ack/${movementId}`,
    source: 'spec',
    key: sku,
    time: '2026-01-01T00:00:00Z',
    value: () => ({
      ackId: movementId,
      subjectType: 'erp.forecast',
      subjectId: movementId,
      subjectKey: sku,
      decision: 'ACCEPTED',
      reason: null,
      value: null,
      decidedAt: 1_700_000_000_000_000,
      decidedBy: null,
    }),
  };
}
