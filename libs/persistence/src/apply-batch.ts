import { deadLetterTopic } from '@tributary/contracts';
import type { Database, Transaction } from './database.ts';
import { contentHash, eventKey } from './event-key.ts';
import { failureKind } from './failure.ts';
import { inboxMonth, noteInInbox } from './inbox.ts';
import { addTallies, moveOffsets, type OffsetMove, type Tally } from './offset-store.ts';
import { appendOutbox, insertOutboxRows, MAX_PAYLOAD_BYTES, type OutboxRow } from './outbox.ts';
import { quarantine, visibleText, type QuarantineRow } from './quarantine.ts';
import { readRecord, schemaIdOf, type ReadRecord } from './read-record.ts';
import type { Disposition, HubEvent, RawRecord, Stage } from './stage.ts';
import type { StepHook } from './step-hook.ts';

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
export interface BatchContext {
  readonly database: Database;
  readonly stage: Stage;
  /** Number of the stage's group in hub.consumer_group. */
  readonly groupId: number;
  readonly now: () => Date;
  /** A shadow: what it would publish (events and dead letters) is dropped. */
  readonly silent?: boolean;
  readonly onStep?: StepHook;
}

/** Tries again at once when two transactions met on the same rows; more often than this is no accident. */
const CONTENTION_TRIES = 8;

type Slot = ReadRecord & { readonly slice: PartitionSlice };

/**
 * One batch, one transaction: compare-and-set of the offsets, inbox, load, fold, write back, outbox, commit. A batch that fails by the
 * fault of a record is halved until that record stands alone; it is then quarantined and everything else is applied. Throws for
 * infrastructure faults and lost ownership: nothing was applied then.
 */
export async function applyBatch(context: BatchContext, slices: readonly PartitionSlice[]): Promise<BatchResult> {
  const reads = new Map(context.stage.reads.map((contract) => [contract.topic, contract]));
  const slots = slices.flatMap((slice) => slice.records.map((record): Slot => ({ ...readRecord(record, reads.get(slice.topic)), slice })));
  const result: BatchResult = { applied: 0, duplicate: 0, stale: 0, parked: 0, quarantined: 0, transactions: 0 };
  await context.onStep?.('batch-taken');
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
        if (slot === undefined || !slot.ok || blameless) throw error;
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

/** The slot of a record on which the fold or the database failed, turned into a quarantined one. */
function condemned(slot: Slot & { ok: true }, error: unknown): Slot {
  const detail = error instanceof Error ? `${(error as { code?: string }).code ?? error.name}: ${error.message}` : String(error);
  return {
    ok: false,
    record: slot.event.record,
    faults: [{ field: '', reason: 'database-data', detail: detail.slice(0, 500) }],
    envelope: slot.event.envelope,
    contract: slot.event.contract,
    slice: slot.slice,
  };
}

/** Cuts slices to a half of their records; each part keeps the offsets between it and the next record. */
function slicesOf(slices: readonly PartitionSlice[], half: readonly Slot[]): PartitionSlice[] {
  const chosen = new Set(half.map((slot) => offsetOf(slot)));
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

const offsetOf = (slot: Slot): RawRecord => (slot.ok ? slot.event.record : slot.record);

async function applyInside(
  tx: Transaction,
  context: BatchContext,
  slices: readonly PartitionSlice[],
  slots: readonly Slot[],
): Promise<Tally> {
  const { stage } = context;
  const moves = slices.map((slice): OffsetMove => ({
    topic: slice.topic,
    partition: slice.partition,
    expected: slice.expected,
    next: slice.next,
    gaps: slice.next - slice.expected - BigInt(slice.records.length),
  }));
  const epoch = await moveOffsets(tx, stage.group, moves);

  const readable = slots.filter((slot) => slot.ok);
  const verdicts = await noteInInbox(
    tx,
    context.groupId,
    inboxMonth(context.now()),
    readable.map(({ event }) => ({
      event: eventKey(event.envelope.source, event.envelope.id),
      hash: contentHash(event.record.value ?? Buffer.alloc(0)),
    })),
  );
  await context.onStep?.('inbox-noted');
  const verdictOf = new Map<Slot, (typeof verdicts)[number]>(readable.map((slot, index) => [slot, verdicts[index] ?? 'fresh']));
  const fresh = readable.filter((slot) => verdictOf.get(slot) === 'fresh').map((slot) => slot.event);
  const unit = await stage.open(tx, fresh, epoch);

  const tallies = new Map(
    slices.map((slice) => [`${slice.topic}/${slice.partition}`, { topic: slice.topic, partition: slice.partition, ...emptyTally() }]),
  );
  const total = emptyTally();
  const rejected: QuarantineRow[] = [];
  for (const slot of slots) {
    const disposition = dispose(slot, verdictOf.get(slot), unit);
    const tally = tallies.get(`${slot.slice.topic}/${slot.slice.partition}`);
    if (tally) tally[disposition.kind] += 1;
    total[disposition.kind] += 1;
    if (disposition.kind === 'quarantined') rejected.push(quarantineRow(stage.group, slot, disposition.faults));
  }
  const events = await unit.close();
  await quarantine(tx, rejected);
  if (!context.silent) {
    await appendOutbox(tx, events);
    if (rejected.length > 0) await insertOutboxRows(tx, rejected.map(deadLetter));
  }
  await addTallies(tx, stage.group, tallies);
  return total;
}

function dispose(
  slot: Slot,
  verdict: 'fresh' | 'duplicate' | 'conflict' | undefined,
  unit: { apply(event: HubEvent): Disposition },
): Disposition {
  if (!slot.ok) return { kind: 'quarantined', faults: slot.faults };
  if (verdict === 'duplicate') return { kind: 'duplicate' };
  if (verdict === 'conflict')
    return {
      kind: 'quarantined',
      faults: [
        { field: 'ce_id', reason: 'conflict', detail: 'this event id was used before with another content; the first stays in force' },
      ],
    };
  return unit.apply(slot.event);
}

function quarantineRow(group: string, slot: Slot, faults: QuarantineRow['faults']): QuarantineRow {
  const record = offsetOf(slot);
  const envelope = slot.ok ? slot.event.envelope : slot.envelope;
  const contract = slot.ok ? slot.event.contract : slot.contract;
  return {
    group,
    position: { topic: record.topic, partition: record.partition, offset: record.offset },
    source: envelope?.source ?? null,
    eventId: envelope?.id ?? null,
    contract: contract?.name ?? null,
    schemaId: schemaIdOf(record),
    faults,
    key: record.key,
    headers: record.headers,
    value: record.value,
  };
}

/**
 * The copy on `<topic>.dlt`, for tools that watch Kafka rather than the table: raw bytes, reason and origin in headers. A value too large
 * to be published is left out and its length told; the quarantine row has it.
 */
function deadLetter(row: QuarantineRow): OutboxRow {
  const origin = row.position ?? { topic: '', partition: 0, offset: 0n };
  const size = row.value?.length ?? 0;
  const tooLarge = size > MAX_PAYLOAD_BYTES;
  return {
    id: `${row.group}/${origin.topic}/${origin.partition}/${origin.offset}`,
    topic: deadLetterTopic(origin.topic),
    key: row.key === null ? '' : visibleText(Buffer.from(row.key.subarray(0, MAX_KEY_BYTES)).toString('utf8')),
    type: 'dead-letter',
    payload: tooLarge ? null : row.value,
    seq: 0n,
    headers: {
      dlt_group: row.group,
      dlt_topic: origin.topic,
      dlt_partition: String(origin.partition),
      dlt_offset: origin.offset.toString(),
      dlt_reason: row.faults[0]?.reason ?? '',
      ...(tooLarge ? { dlt_value_omitted: `${size} bytes` } : {}),
    },
  };
}

/** Longest key that a dead letter repeats. */
const MAX_KEY_BYTES = 1_024;

const emptyTally = (): Tally => ({ applied: 0, duplicate: 0, stale: 0, parked: 0, quarantined: 0 });

/** Number of a group in hub.consumer_group, made at first use. */
export async function groupNumber(database: Database, group: string): Promise<number> {
  await database.query('INSERT INTO hub.consumer_group (name) VALUES ($1) ON CONFLICT DO NOTHING', [group]);
  const [row] = await database.query<{ id: number }>('SELECT id FROM hub.consumer_group WHERE name = $1', [group]);
  if (row === undefined) throw new Error(`consumer group ${group} vanished`);
  return row.id;
}
