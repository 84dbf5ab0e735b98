import { applyRecords, condemned, slotOf, type ApplyContext, type Slot } from './apply-records.ts';
import type { Database, Transaction } from './database.ts';
import { deadLetter } from './dead-letter.ts';
import { failureKind } from './failure.ts';
import { KeyOrder } from './key-order.ts';
import { noteKeys } from './key-sample.ts';
import { addTallies, emptyTally, moveOffsets, type OffsetMove, type Tally } from './offset-store.ts';
import { insertOutboxRows } from './outbox.ts';
import { blockKeys, lockBlockedKeys, parkRecords, PARKING_LIMITS, type ParkingLimits } from './parked.ts';
import { readRecord } from './read-record.ts';
import type { RawRecord } from './stage.ts';

/** Records of one partition to apply, in offset order. */
export interface PartitionSlice {
  readonly topic: string;
  readonly partition: number;
  /** Stored offset the slice continues from. */
  readonly expected: bigint;
  /** Offset after the slice. */
  readonly next: bigint;
  readonly records: readonly RawRecord[];
}

/** What became of a batch, for metrics. */
export interface BatchResult extends Tally {
  /** Transactions it took: more than one when records had to be separated from a bad one. */
  transactions: number;
}

/** What the shell needs besides the stage. */
export interface BatchContext extends ApplyContext {
  readonly database: Database;
  /** How much may wait behind failed records; by default {@link PARKING_LIMITS}. */
  readonly limits?: ParkingLimits;
}

/** Tries again at once when two transactions met on the same rows; more often than this is no accident. */
const CONTENTION_TRIES = 8;

/**
 * One batch, one transaction: compare-and-set of the offsets, inbox, load, fold, write back, outbox, commit. A batch that fails by the
 * fault of a record is halved until that record stands alone; it is then quarantined and everything else is applied, but for what waits
 * behind it. Throws for infrastructure faults, lost ownership and too much that waits (`HaltError`): nothing was applied then.
 */
export async function applyBatch(context: BatchContext, slices: readonly PartitionSlice[]): Promise<BatchResult> {
  const reads = new Map(context.stage.reads.map((contract) => [contract.topic, contract]));
  const slots = slices.flatMap((slice) => slice.records.map((record) => slotOf(readRecord(record, reads.get(slice.topic)))));
  const result: BatchResult = { applied: 0, duplicate: 0, stale: 0, parked: 0, quarantined: 0, transactions: 0 };
  await context.onStep?.('batch-taken');
  await noteKeys(
    context.database,
    slots.filter(({ contract }) => contract?.ordering === 'strict').map(({ record }) => record),
  );
  await applySlots(context, slices, slots, result);
  await context.onStep?.('batch-committed');
  return result;
}

async function applySlots(
  context: BatchContext,
  slices: readonly PartitionSlice[],
  slots: readonly Slot[],
  result: BatchResult,
): Promise<void> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      const tally = await context.database.transaction((tx) => applyInside(tx, context, slices, slots));
      result.transactions += 1;
      for (const name of ['applied', 'duplicate', 'stale', 'parked', 'quarantined'] as const) result[name] += tally[name];
      return;
    } catch (error) {
      const kind = failureKind(error);
      if (kind === 'contention' && attempt < CONTENTION_TRIES) continue;
      if (kind !== 'data' && kind !== 'contention') throw error;
      if (slots.length <= 1) {
        const [slot] = slots;
        // Only a broken uniqueness can be the record's own doing; what merely met other transactions is tried again later.
        const blameless = kind === 'contention' && (error as { code?: unknown }).code !== '23505';
        if (slot === undefined || !slot.read.ok || blameless) throw error;
        return applySlots(context, slices, [condemned(slot, error)], result);
      }
      const middle = Math.ceil(slots.length / 2);
      const first = slots.slice(0, middle);
      const second = slots.slice(middle);
      // Slices without a record (offsets that compaction left empty) move with the first half.
      await applySlots(context, [...slices.filter((slice) => slice.records.length === 0), ...slicesOf(slices, first)], first, result);
      await applySlots(context, slicesOf(slices, second), second, result);
      return;
    }
  }
}

/** Cuts slices to a half of their records; each part keeps the offsets between it and the next record. */
function slicesOf(slices: readonly PartitionSlice[], half: readonly Slot[]): PartitionSlice[] {
  const chosen = new Set(half.map((slot) => slot.record));
  return slices.flatMap((slice) => {
    const mine = slice.records.filter((record) => chosen.has(record));
    const [first] = mine;
    const last = mine.at(-1);
    if (first === undefined || last === undefined) return [];
    const startsHere = slice.records[0] === first;
    const after = slice.records[slice.records.indexOf(last) + 1];
    return [
      {
        ...slice,
        expected: startsHere ? slice.expected : first.offset,
        next: after === undefined ? slice.next : after.offset,
        records: mine,
      },
    ];
  });
}

async function applyInside(
  tx: Transaction,
  context: BatchContext,
  slices: readonly PartitionSlice[],
  slots: readonly Slot[],
): Promise<Tally> {
  const { stage, limits = PARKING_LIMITS } = context;
  const moves = slices.map((slice): OffsetMove => ({
    topic: slice.topic,
    partition: slice.partition,
    expected: slice.expected,
    next: slice.next,
    gaps: slice.next - slice.expected - BigInt(slice.records.length),
  }));
  const { epoch, blockedTopics } = await moveOffsets(tx, stage.group, moves);
  const touched = blockedTopics.size === 0 ? [] : slots.map((slot) => slot.record).filter((record) => blockedTopics.has(record.topic));
  const order = new KeyOrder(touched.length === 0 ? [] : await lockBlockedKeys(tx, stage.group, touched));

  const { fates, rejected } = await applyRecords(tx, { ...context, epoch }, slots, order);
  await blockKeys(tx, stage.group, order.failed, limits);
  await parkRecords(
    tx,
    stage.group,
    slots.filter((_slot, index) => fates[index]?.kind === 'parked'),
    limits,
  );
  if (!context.silent && rejected.length > 0) insertOutboxRows(tx, rejected.map(deadLetter));

  const name = (topic: string, partition: number): string => `${topic}/${partition}`;
  const tallies = new Map(slices.map(({ topic, partition }) => [name(topic, partition), { topic, partition, ...emptyTally() }]));
  const total = emptyTally();
  slots.forEach(({ record }, index) => {
    const kind = fates[index]?.kind;
    const tally = tallies.get(name(record.topic, record.partition));
    if (kind === undefined || tally === undefined) return;
    tally[kind] += 1;
    total[kind] += 1;
  });
  addTallies(tx, stage.group, tallies);
  return total;
}
