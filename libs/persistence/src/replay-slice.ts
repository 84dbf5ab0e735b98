import type { Fault } from '@tributary/contracts';
import { applyRecords, condemned, slotOf, type Slot } from './apply-records.ts';
import { int4Array, int8Array, textArray } from './binary-array.ts';
import type { Transaction } from './database.ts';
import { failureKind } from './failure.ts';
import { unordered } from './key-order.ts';
import { lockOffsets } from './offset-store.ts';
import { readRecord } from './read-record.ts';
import type { RedriveContext } from './redrive-key.ts';
import type { RawRecord } from './stage.ts';

/**
 * What became of a record that was replayed: `applied` had been missing; `failed` could not be applied now; `quarantined` and `parked`
 * are set aside already and are redriven, not replayed.
 */
export type ReplayFate = 'applied' | 'duplicate' | 'stale' | 'failed' | 'quarantined' | 'parked';

/** One replayed record. */
export interface Replayed {
  readonly record: RawRecord;
  readonly fate: ReplayFate;
  readonly faults: readonly Fault[];
}

/** What a slice did. */
export interface ReplayedSlice {
  readonly records: readonly Replayed[];
  readonly published: number;
}

class LookedAt extends Error {
  override name = 'LookedAt';
}

/**
 * Gives records that were consumed before to the live stage again, in one transaction that holds their partitions: offsets and tallies stay, inbox
 * and business keys decide. A record that makes the transaction fail is found by halving and told. With `dryRun` everything is rolled back.
 */
export async function replaySlice(context: RedriveContext, records: readonly RawRecord[], dryRun: boolean): Promise<ReplayedSlice> {
  const reads = new Map(context.stage.reads.map((contract) => [contract.topic, contract]));
  return replaySlots(
    context,
    records.map((record) => slotOf(readRecord(record, reads.get(record.topic)))),
    dryRun,
  );
}

const TRIES = 8;

async function replaySlots(context: RedriveContext, slots: readonly Slot[], dryRun: boolean): Promise<ReplayedSlice> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await transact(context, slots, dryRun);
    } catch (error) {
      const kind = failureKind(error);
      if (kind === 'contention' && attempt < TRIES) continue;
      if (kind !== 'data' || slots.length === 0) throw error;
      const [only] = slots;
      if (slots.length === 1 && only !== undefined) {
        if (!only.read.ok) throw error;
        return replaySlots(context, [condemned(only, error)], dryRun);
      }
      const middle = Math.ceil(slots.length / 2);
      const first = await replaySlots(context, slots.slice(0, middle), dryRun);
      const second = await replaySlots(context, slots.slice(middle), dryRun);
      return { records: [...first.records, ...second.records], published: first.published + second.published };
    }
  }
}

async function transact(context: RedriveContext, slots: readonly Slot[], dryRun: boolean): Promise<ReplayedSlice> {
  let outcome: ReplayedSlice | undefined;
  try {
    await context.database.transaction(async (tx) => {
      outcome = await inside(tx, context, slots);
      if (dryRun) throw new LookedAt();
    });
  } catch (error) {
    if (!(error instanceof LookedAt)) throw error;
  }
  if (outcome === undefined) throw new Error('a slice was not replayed');
  return outcome;
}

async function inside(tx: Transaction, context: RedriveContext, slots: readonly Slot[]): Promise<ReplayedSlice> {
  const { group } = context.stage;
  const epoch = await lockOffsets(
    tx,
    group,
    slots.map((slot) => slot.record),
  );
  const aside = await setAside(tx, group, slots);
  const going = slots.filter((slot) => !aside.has(positionOf(slot.record)));
  const { fates, events } = await applyRecords(tx, { ...context, epoch, tellOnly: true }, going, unordered);
  const fateOf = new Map(going.map((slot, index) => [slot, fates[index]]));
  const records = slots.map((slot): Replayed => {
    const fate = fateOf.get(slot);
    if (fate === undefined) return { record: slot.record, fate: aside.get(positionOf(slot.record)) ?? 'parked', faults: [] };
    if (fate.kind === 'quarantined') return { record: slot.record, fate: 'failed', faults: fate.faults };
    return { record: slot.record, fate: fate.kind, faults: [] };
  });
  return { records, published: events.length };
}

const positionOf = ({ topic, partition, offset }: RawRecord): string => `${topic}/${partition}/${offset}`;

async function setAside(tx: Transaction, group: string, slots: readonly Slot[]): Promise<Map<string, 'quarantined' | 'parked'>> {
  const records = slots.map((slot) => slot.record);
  const rows = await tx.query<{ topic: string; partition: number; offset: bigint; fate: 'quarantined' | 'parked' }>(
    `WITH asked AS (SELECT * FROM unnest($2::text[], $3::int[], $4::bigint[]) AS u (topic, partition, record_offset))
SELECT topic, partition, record_offset AS "offset", 'quarantined' AS fate FROM hub.quarantine JOIN asked USING (topic, partition, record_offset) WHERE consumer_group = $1
UNION ALL SELECT topic, partition, record_offset, 'parked' FROM hub.parked JOIN asked USING (topic, partition, record_offset) WHERE consumer_group = $1`,
    [
      group,
      textArray(records.map((record) => record.topic)),
      int4Array(records.map((record) => record.partition)),
      int8Array(records.map((record) => record.offset)),
    ],
  );
  return new Map(rows.map(({ topic, partition, offset, fate }) => [`${topic}/${partition}/${offset}`, fate]));
}
