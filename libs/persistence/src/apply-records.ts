import type { Fault } from '@tributary/contracts';
import type { Transaction } from './database.ts';
import { eventKey } from './event-key.ts';
import { forgetInInbox, inboxMonth, noteInInbox, type InboxVerdict } from './inbox.ts';
import { decideFates, type Fate, type Order, type OrderedRecord } from './key-order.ts';
import { appendOutbox } from './outbox.ts';
import { quarantine, type QuarantineRow } from './quarantine.ts';
import { schemaIdOf, type ReadRecord } from './read-record.ts';
import type { Disposition, OutboxEvent, Stage, UnitOfWork } from './stage.ts';
import type { StepHook } from './step-hook.ts';

/** What records are applied with. */
export interface ApplyContext {
  readonly stage: Stage;
  /** Number of the stage's group in hub.consumer_group. */
  readonly groupId: number;
  readonly now: () => Date;
  /** A shadow: what it would publish (events and dead letters) is dropped. */
  readonly silent?: boolean;
  readonly onStep?: StepHook;
  /** What cannot be applied is told and not put into quarantine: it was consumed before, and is counted there already. */
  readonly tellOnly?: boolean;
}

/** A record on its way through a stage. */
export interface Slot extends OrderedRecord {
  readonly read: ReadRecord;
}

/** What became of records, in their order, and what the stage publishes. */
export interface Applied {
  readonly fates: readonly Fate[];
  readonly rejected: readonly QuarantineRow[];
  readonly events: readonly OutboxEvent[];
}

/** The slot of something that was read. */
export const slotOf = (read: ReadRecord): Slot =>
  read.ok ? { read, record: read.event.record, contract: read.event.contract } : { read, record: read.record, contract: read.contract };

/** The slot of a record on which the fold or the database failed, as one that cannot be applied. */
export function condemned(slot: Slot, error: unknown): Slot {
  if (!slot.read.ok) return slot;
  const detail = error instanceof Error ? `${(error as { code?: string }).code ?? error.name}: ${error.message}` : String(error);
  const faults: Fault[] = [{ field: '', reason: 'database-data', detail: detail.slice(0, 500) }];
  return slotOf({ ok: false, record: slot.record, faults, envelope: slot.read.event.envelope, contract: slot.read.event.contract });
}

/**
 * The heart of a batch inside its transaction: inbox, load, fold in order, write back, quarantine, outbox. An inbox row is left exactly
 * for what was applied, was stale or known to the stage: what is parked or quarantined is as if it had never come.
 * @param order which keys are blocked; it learns those that get blocked here.
 */
export async function applyRecords(
  tx: Transaction,
  context: ApplyContext & { readonly epoch: number },
  slots: readonly Slot[],
  order: Order,
): Promise<Applied> {
  const { stage, groupId } = context;
  const month = inboxMonth(context.now());
  const candidates = slots.filter((slot) => slot.read.ok && !order.holds(slot));
  const given = candidates.flatMap(({ read }) => (read.ok ? [read.event] : []));
  const entries = given.map(({ envelope, hash }) => ({ event: eventKey(envelope.source, envelope.id), hash }));
  // What the inbox turns out to know is loaded too: that is rare, and everything takes one round trip.
  const noted = noteInInbox(tx, groupId, month, entries);
  const [verdicts, unit] = await Promise.all([noted, stage.open(tx, given, context.epoch)]);
  await context.onStep?.('inbox-noted');
  const verdictOf = new Map<Slot, InboxVerdict>(candidates.map((slot, index) => [slot, verdicts[index] ?? 'fresh']));

  const fates = decideFates(slots, order, (slot) => judge(slot, verdictOf.get(slot), unit));
  const undone = new Set<Slot>();
  slots.forEach((slot, index) => {
    const kind = fates[index]?.kind;
    if (kind === 'parked' || kind === 'quarantined') undone.add(slot);
  });
  const forgotten = candidates.flatMap((slot, index) =>
    undone.has(slot) && verdicts[index] === 'fresh' ? [entries[index]?.event ?? ''] : [],
  );
  const events = await unit.close();
  forgetInInbox(tx, groupId, month, forgotten);
  const blocking = new Set(order.failed);
  const rejected = slots.flatMap((slot, index) => {
    const fate = fates[index];
    return fate?.kind === 'quarantined' ? [rowOf(stage.group, slot, fate.faults, blocking.has(slot.record))] : [];
  });
  if (!context.tellOnly) await quarantine(tx, rejected);
  if (!context.silent) await appendOutbox(tx, events);
  return { fates, rejected, events };
}

function judge({ read }: Slot, verdict: InboxVerdict | undefined, unit: UnitOfWork): Disposition {
  if (!read.ok) return { kind: 'quarantined', faults: read.faults };
  if (verdict === 'duplicate') return { kind: 'duplicate' };
  if (verdict === 'conflict')
    return {
      kind: 'quarantined',
      faults: [
        { field: 'ce_id', reason: 'conflict', detail: 'this event id was used before with another content; the first stays in force' },
      ],
    };
  return unit.apply(read.event);
}

function rowOf(group: string, { read, record, contract }: Slot, faults: readonly Fault[], blocks: boolean): QuarantineRow {
  const envelope = read.ok ? read.event.envelope : read.envelope;
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
    timestamp: record.timestamp,
    blocks,
  };
}
