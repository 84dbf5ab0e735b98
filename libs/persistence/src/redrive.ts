import type { Fault } from '@tributary/contracts';
import type { Database } from './database.ts';
import { groupNumber } from './group-number.ts';
import { beginOperation, endOperation, type Actor } from './operation-log.ts';
import { selectQuarantined, type QuarantineFilter, type SelectedRow } from './quarantine-selection.ts';
import type { KeyUnit } from './blocked-key.ts';
import { settleKey, type KeyAction, type RedriveContext, type Settled } from './redrive-key.ts';
import type { ParkingLimits } from './parked.ts';
import { discardRefused, settleRefused } from './refused-request.ts';
import type { Stage } from './stage.ts';
import type { WrittenEvent } from './written-events.ts';

/** What is to be done, to which records, by whom. */
export interface RedriveRequest {
  readonly filter: QuarantineFilter;
  readonly action: KeyAction;
  readonly actor: Actor;
  /** Runs the real transactions and rolls each of them back. */
  readonly dryRun: boolean;
  /** Most quarantined records at once. */
  readonly limit: number;
}

/** What became of a refused request that was sent again. */
export interface Resend {
  readonly fate: 'applied' | 'duplicate' | 'quarantined';
  /** Why it was refused again. */
  readonly faults: readonly Fault[];
}

/** What redriving needs of the outside. */
export interface RedrivePorts {
  readonly database: Database;
  /** The live stage of a consumer group, or `undefined` when there is none of this name. */
  readonly stageOf: (group: string) => Stage | undefined;
  /** Sends a request that the gateway refused through its intake again; `undefined` when it was settled meanwhile. */
  readonly resend: (id: bigint, dryRun: boolean) => Promise<Resend | undefined>;
  readonly now: () => Date;
  readonly limits?: ParkingLimits;
}

/** How many records ended how. */
export type FateCounts = Readonly<Record<Settled['fate'], number>>;

/** What a redrive did, or would do. */
export interface RedriveReport {
  readonly action: KeyAction;
  readonly dryRun: boolean;
  /** Row of hub.operation; `null` for a dry run, which changes nothing. */
  readonly operation: bigint | null;
  readonly selected: number;
  /** Failed records that were chosen. A request refused over HTTP counts as applied when it was accepted. */
  readonly quarantine: FateCounts;
  /** Records that waited behind them. */
  readonly released: FateCounts;
  /** Records that wait behind these keys still. A dry run looks at the first thousand of a key only. */
  readonly waiting: number;
  readonly published: number;
  /** The first records and events, for a person to look at. */
  readonly records: readonly Settled[];
  readonly events: readonly WrittenEvent[];
}

/** Records and events that a report lists one by one. */
const LISTED = 200;

/**
 * Redrives or discards what fits a filter: key by key, each in its order and in one transaction. Echo and double redrive are harmless: a
 * row that was settled meanwhile is left out, and inbox and business keys decide on the rest. Also finishes releases that broke off.
 */
export async function redrive(ports: RedrivePorts, request: RedriveRequest): Promise<RedriveReport> {
  const { database } = ports;
  const { action, dryRun, filter, actor, limit } = request;
  const rows = await selectQuarantined(database, filter, limit);
  const operation = dryRun ? null : await beginOperation(database, actor, action, filter);
  const tally = new Report(action, dryRun, operation, rows.length);
  for (const { group, topic, keyHash, ids } of unitsOf(rows)) {
    if (topic === null) await settleRequests(ports, request, operation, ids, tally);
    else {
      const context = await contextOf(ports, group);
      if (context === undefined) throw new TypeError(`no consumer group of this hub is called ${group}`);
      await settleAll(context, { topic, keyHash, ids }, action, operation, dryRun, tally);
    }
  }
  if (!dryRun) await finishReleases(ports, action, operation, tally);
  const report = tally.done();
  if (operation !== null) {
    const { records: _records, events: _events, ...result } = report;
    await endOperation(database, operation, result);
  }
  return report;
}

async function contextOf({ database, stageOf, now, limits }: RedrivePorts, group: string): Promise<RedriveContext | undefined> {
  const stage = stageOf(group);
  if (stage === undefined) return undefined;
  return { database, stage, groupId: await groupNumber(database, group), now, ...(limits === undefined ? {} : { limits }) };
}

async function settleAll(
  context: RedriveContext,
  unit: KeyUnit,
  action: KeyAction,
  operation: bigint | null,
  dryRun: boolean,
  tally: Report,
): Promise<void> {
  let next = unit;
  for (;;) {
    const settlement = await settleKey(context, next, action, operation, dryRun);
    tally.add(settlement.settled, settlement.published);
    if (dryRun || !settlement.more) {
      tally.waiting += settlement.waiting;
      return;
    }
    next = { ...unit, ids: [] };
  }
}

async function settleRequests(
  { database, resend }: RedrivePorts,
  { action, dryRun }: RedriveRequest,
  operation: bigint | null,
  ids: readonly bigint[],
  tally: Report,
): Promise<void> {
  for (const id of ids) {
    const at = { from: 'quarantine', id, topic: '', partition: 0, offset: 0n } as const;
    if (action === 'redrive') {
      const sent = await resend(id, dryRun);
      if (sent === undefined) continue;
      if (!dryRun) await settleRefused(database, id, operation, sent.faults);
      tally.add([{ ...at, fate: sent.fate, ...(sent.fate === 'quarantined' ? { faults: sent.faults } : {}) }], []);
    } else if (dryRun || (await discardRefused(database, id, operation))) tally.add([{ ...at, fate: 'discarded' }], []);
  }
}

/** Keys in which nothing failed is left but something waits: a release that broke off between two transactions. */
async function finishReleases(ports: RedrivePorts, action: KeyAction, operation: bigint | null, tally: Report): Promise<void> {
  const left = await ports.database.query<{ group: string; topic: string; keyHash: string }>(
    `SELECT consumer_group AS "group", topic, key_hash AS "keyHash" FROM hub.blocked_key b WHERE NOT EXISTS (
  SELECT FROM hub.quarantine q WHERE q.consumer_group = b.consumer_group AND q.topic = b.topic AND q.key_hash = b.key_hash AND q.blocks AND q.status = 'open')`,
  );
  for (const { group, topic, keyHash } of left) {
    const context = await contextOf(ports, group);
    if (context !== undefined) await settleAll(context, { topic, keyHash, ids: [] }, action, operation, false, tally);
  }
}

interface Unit {
  readonly group: string;
  readonly topic: string | null;
  readonly keyHash: string | null;
  readonly ids: bigint[];
}

/** Rows by key, keys in the order of their first failure. */
function unitsOf(rows: readonly SelectedRow[]): Unit[] {
  const units = new Map<string, Unit>();
  for (const { id, group, topic, keyHash } of rows) {
    const name = topic === null ? 'requests' : keyHash === null ? `row ${id}` : `${group}\n${topic}\n${keyHash}`;
    const unit = units.get(name) ?? { group, topic, keyHash, ids: [] };
    unit.ids.push(id);
    units.set(name, unit);
  }
  return [...units.values()];
}

const noFates = (): Record<Settled['fate'], number> => ({ applied: 0, duplicate: 0, stale: 0, quarantined: 0, discarded: 0, waiting: 0 });

class Report {
  waiting = 0;
  private readonly quarantine = noFates();
  private readonly released = noFates();
  private published = 0;
  private readonly records: Settled[] = [];
  private readonly events: WrittenEvent[] = [];

  constructor(
    private readonly action: KeyAction,
    private readonly dryRun: boolean,
    private readonly operation: bigint | null,
    private readonly selected: number,
  ) {}

  add(settled: readonly Settled[], published: readonly WrittenEvent[]): void {
    for (const record of settled) {
      // What goes on waiting behind a failed record is told once, by the number that waits.
      if (record.from === 'parked' && record.fate === 'waiting') continue;
      (record.from === 'parked' ? this.released : this.quarantine)[record.fate] += 1;
      if (this.records.length < LISTED) this.records.push(record);
    }
    this.published += published.length;
    this.events.push(...published.slice(0, LISTED - this.events.length));
  }

  done(): RedriveReport {
    const { action, dryRun, operation, selected, quarantine, released, waiting, published, records, events } = this;
    return { action, dryRun, operation, selected, quarantine, released, waiting, published, records, events };
  }
}
