import type { Fault } from '@tributary/contracts';
import { applyRecords, condemned, slotOf, type ApplyContext, type Slot } from './apply-records.ts';
import { CHUNK, freeKey, lockBlockedKey, nextParked, openBlockers, partitionsOf, type KeyUnit, type Waiting } from './blocked-key.ts';
import type { Database, Transaction } from './database.ts';
import { deadLetter } from './dead-letter.ts';
import { failureKind } from './failure.ts';
import { KeyOrder } from './key-order.ts';
import { addTallies, emptyTally, lockOffsets, type Tally } from './offset-store.ts';
import { insertOutboxRows } from './outbox.ts';
import { countParked, PARKING_LIMITS, type ParkingLimits } from './parked.ts';
import { lockQuarantined } from './quarantine-selection.ts';
import { readRecord } from './read-record.ts';
import type { RawRecord } from './stage.ts';
import { writtenEvents, type WrittenEvent } from './written-events.ts';

/** What is done to the failed records; what waits behind them is applied either way. */
export type KeyAction = 'redrive' | 'discard';

/** What became of one record. */
export interface Settled {
  readonly from: 'quarantine' | 'parked';
  /** Quarantine row, where it came from there. */
  readonly id: bigint | null;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  /** `waiting`: it stays where it is, behind a failed record of its key. */
  readonly fate: 'applied' | 'duplicate' | 'stale' | 'quarantined' | 'discarded' | 'waiting';
  readonly faults?: readonly Fault[];
}

/** What one transaction did. */
export interface KeySettlement {
  readonly settled: readonly Settled[];
  readonly published: readonly WrittenEvent[];
  /** Records that wait still. */
  readonly waiting: number;
  /** More can be applied at once, in a further transaction. */
  readonly more: boolean;
}

/** What redriving needs. */
export interface RedriveContext extends ApplyContext {
  readonly database: Database;
  readonly limits?: ParkingLimits;
}

const CONTENTION_TRIES = 8;

/** Ends a transaction whose work was only to be looked at. */
class LookedAt extends Error {
  override name = 'LookedAt';
}

interface Run {
  readonly unit: KeyUnit;
  readonly action: KeyAction;
  /** Row of hub.operation that settles. */
  readonly operation: bigint | null;
  readonly dryRun: boolean;
  /** Positions whose record made the fold or the database fail, with the error. */
  readonly condemned: Map<string, unknown>;
}

/**
 * Settles one key in one transaction: locks the offsets of its partitions (live batches wait at their fence and see the key blocked or
 * free, never half), applies the failed records in order through the live stage and then, in bounded chunks, what waits behind them; moves the tallies.
 * A record that fails again stays; a parked one that fails becomes the next failed record and what is behind it goes on waiting.
 */
export async function settleKey(
  context: RedriveContext,
  unit: KeyUnit,
  action: KeyAction,
  operation: bigint | null,
  dryRun: boolean,
): Promise<KeySettlement> {
  const run: Run = { unit, action, operation, dryRun, condemned: new Map() };
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transactAgain(context, run, Infinity, dryRun);
    } catch (error) {
      if (failureKind(error) !== 'data' || attempt > unit.ids.length + CHUNK || !(await condemnOne(context, run))) throw error;
    }
  }
}

/** A transaction that contention does not end: others are in the way, or what the stage remembers is of one that was rolled back. */
async function transactAgain(
  context: RedriveContext,
  run: Run,
  length: number,
  rollBack: boolean,
  seen: RawRecord[] = [],
): Promise<KeySettlement> {
  for (let attempt = 1; ; attempt += 1) {
    seen.length = 0;
    try {
      return await transact(context, run, length, rollBack, seen);
    } catch (error) {
      if (failureKind(error) !== 'contention' || attempt === CONTENTION_TRIES) throw error;
    }
  }
}

/** Finds the record that makes the transaction fail: the end of the shortest beginning that fails. Everything tried is rolled back. */
async function condemnOne(context: RedriveContext, run: Run): Promise<boolean> {
  const probe = async (length: number): Promise<{ failed: unknown; records: readonly RawRecord[] }> => {
    const seen: RawRecord[] = [];
    try {
      await transactAgain(context, run, length, true, seen);
      return { failed: undefined, records: seen };
    } catch (error) {
      if (failureKind(error) !== 'data') throw error;
      return { failed: error, records: seen };
    }
  };
  const whole = await probe(Infinity);
  if (whole.failed === undefined) return true;
  let good = 0;
  let bad = whole.records.length;
  let found = whole;
  while (bad - good > 1) {
    const middle = Math.floor((good + bad) / 2);
    const tried = await probe(middle);
    if (tried.failed === undefined) good = middle;
    else {
      bad = middle;
      found = tried;
    }
  }
  const culprit = found.records[bad - 1];
  if (culprit === undefined || run.condemned.has(positionOf(culprit))) return false;
  run.condemned.set(positionOf(culprit), found.failed);
  return true;
}

const positionOf = ({ topic, partition, offset }: RawRecord): string => `${topic}/${partition}/${offset}`;

/** @param seen is given the records of the transaction before they are applied. */
async function transact(context: RedriveContext, run: Run, length: number, rollBack: boolean, seen: RawRecord[]): Promise<KeySettlement> {
  let settlement: KeySettlement | undefined;
  try {
    await context.database.transaction(async (tx) => {
      settlement = await settleInside(tx, context, run, length, seen);
      if (rollBack) throw new LookedAt();
    });
  } catch (error) {
    if (!(error instanceof LookedAt)) throw error;
  }
  if (settlement === undefined) throw new Error('a key was not settled');
  return settlement;
}

async function settleInside(tx: Transaction, context: RedriveContext, run: Run, length: number, seen: RawRecord[]): Promise<KeySettlement> {
  const { stage, limits = PARKING_LIMITS } = context;
  const { unit, action } = run;
  const epoch = await lockOffsets(tx, stage.group, await partitionsOf(tx, stage.group, unit));
  const blocked = unit.keyHash !== null && (await lockBlockedKey(tx, stage.group, unit));
  const chosen = await lockQuarantined(tx, unit.ids);
  const blockers = blocked ? await openBlockers(tx, stage.group, unit) : [];
  // A failed record that was not chosen keeps its place: what came after it waits, chosen or not.
  const stop = blockers.find((id) => !chosen.some((row) => row.id === id));
  const heads = stop === undefined ? chosen : chosen.filter((row) => !row.blocks || row.id < stop);
  const held = chosen.filter((row) => !heads.includes(row));
  const waiting = blocked && stop === undefined ? await nextParked(tx, stage.group, unit) : [];

  const applied = action === 'redrive' ? heads : [];
  const reads = new Map(stage.reads.map((contract) => [contract.topic, contract]));
  const slots = [...applied, ...waiting].slice(0, length).map(({ record }) => {
    const slot = slotOf(readRecord(record, reads.get(record.topic)));
    const error = run.condemned.get(positionOf(record));
    return error === undefined ? slot : condemned(slot, error);
  });
  seen.push(...slots.map((slot) => slot.record));
  const written = await writtenEvents(tx);
  const { fates, rejected } = await applyRecords(tx, { ...context, epoch }, slots, new KeyOrder([]));

  const tallies = new Map<string, Tally & { topic: string; partition: number }>();
  const move = ({ topic, partition }: RawRecord, from: keyof Tally, to: keyof Tally): void => {
    const tally = tallies.get(`${topic}/${partition}`) ?? { topic, partition, ...emptyTally() };
    tally[from] -= 1;
    tally[to] += 1;
    tallies.set(`${topic}/${partition}`, tally);
  };
  const settled: Settled[] = [];
  const done: bigint[] = [];
  const left: Waiting[] = [];
  slots.forEach(({ record }: Slot, index) => {
    const fate = fates[index];
    const head = applied[index];
    const parked = waiting[index - applied.length];
    if (fate === undefined) return;
    settled.push({
      from: head === undefined ? 'parked' : 'quarantine',
      id: head?.id ?? null,
      topic: record.topic,
      partition: record.partition,
      offset: record.offset,
      fate: fate.kind === 'parked' ? 'waiting' : fate.kind,
      ...(fate.kind === 'quarantined' ? { faults: fate.faults } : {}),
    });
    if (fate.kind === 'parked') return;
    if (head !== undefined && fate.kind !== 'quarantined') {
      move(record, 'quarantined', fate.kind);
      done.push(head.id);
    } else if (head === undefined && parked !== undefined) {
      move(record, 'parked', fate.kind);
      left.push(parked);
    }
  });
  if (action === 'discard') {
    done.push(...heads.map((row) => row.id));
    settled.unshift(...heads.map((row) => stay(row.id, row.record, 'discarded')));
  }
  settled.push(...held.map((row) => stay(row.id, row.record, 'waiting')));

  await tx.query(`UPDATE hub.quarantine SET status = $2, settled_by = $3, settled_at = now() WHERE id = ANY ($1)`, [
    done.map(String),
    action === 'redrive' ? 'redriven' : 'discarded',
    run.operation?.toString() ?? null,
  ]);
  if (left.length > 0) {
    await tx.query('DELETE FROM hub.parked WHERE id = ANY ($1)', [left.map((row) => row.parkedId.toString())]);
    await countParked(
      tx,
      stage.group,
      left.map((row) => row.record),
      -1,
      limits,
    );
  }
  const known = new Set(applied.map((row) => positionOf(row.record)));
  const letters = rejected.filter(
    ({ position }) => position !== undefined && !known.has(`${position.topic}/${position.partition}/${position.offset}`),
  );
  if (letters.length > 0 && !context.silent) insertOutboxRows(tx, letters.map(deadLetter));
  addTallies(tx, stage.group, tallies);
  return { settled, published: await written(), ...(await freeKey(tx, stage.group, unit, blocked)) };
}

const stay = (id: bigint, { topic, partition, offset }: RawRecord, fate: Settled['fate']): Settled => ({
  from: 'quarantine',
  id,
  topic,
  partition,
  offset,
  fate,
});
