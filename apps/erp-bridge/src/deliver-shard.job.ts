import { randomUUID } from 'node:crypto';
import type { Database } from '@tributary/persistence';
import type { DeliveryOutcome } from './delivery-outcome.ts';
import {
  disableEndpoint,
  dueDeliveries,
  hurryPutOff,
  isDisabled,
  isDue,
  leaseShard,
  nextDueMs,
  releaseShard,
  settle,
  type DueDelivery,
  type Settlement,
} from './delivery.store.ts';
import { mayAttempt, noOutage, showedAway, wasOutage, type Outage } from './outage.ts';
import { retryDelay } from './retry-schedule.ts';

/** What delivering needs from outside. */
export interface DeliverDeps {
  readonly database: Database;
  /** Address of the ERP, as the key of its endpoint row. */
  readonly url: string;
  readonly post: (delivery: DueDelivery) => Promise<DeliveryOutcome>;
  /** Longest that `post` takes. */
  readonly postMs: number;
  /** Milliseconds of a steady clock. */
  readonly clock: () => number;
  /** Uniform in [0, 1). */
  readonly chance: () => number;
  readonly observe: (outcome: DeliveryOutcome['kind'] | 'failed', delivery: DueDelivery) => void;
  /** The ERP answers again after an outage. */
  readonly onRecovered: () => void;
  /** The process is stopping: what is under way is finished and noted, the rest waits for the next one. */
  readonly stopping: () => boolean;
}

/** What is known of the ERP by all workers of this process. */
export interface OutageBoard {
  state: Outage;
}

/** Deliveries read at once, and noted at once: a worker that dies repeats at most so many, under the same ids. */
const BATCH = 50;
/** Room in a lease beside the one request that may be under way. */
const LEASE_MARGIN_MS = 5_000;

/**
 * Delivers what is due in a shard, one after the other in the order of each key, as long as this worker has the shard's lease. A key whose
 * delivery failed waits for it; other keys go on.
 * @returns milliseconds until there is something to do again; `undefined` when nothing waits.
 */
export async function deliverShard(shard: number, deps: DeliverDeps, board: OutageBoard): Promise<number | undefined> {
  const holder = randomUUID();
  const leaseSeconds = (deps.postMs + 2 * LEASE_MARGIN_MS) / 1000;
  for (;;) {
    if (deps.stopping() || (await isDisabled(deps.database, deps.url))) return undefined;
    if (!(await leaseShard(deps.database, shard, holder, leaseSeconds))) return undefined;
    let goOn: boolean;
    try {
      goOn = await drain(shard, holder, leaseSeconds, deps, board);
    } finally {
      await releaseShard(deps.database, shard, holder);
    }
    const pause = board.state.until - deps.clock();
    if (pause > 0) return pause;
    // Looked at after the release: who finds the lease taken goes away, and counts on the one who has it.
    if (!goOn || !(await isDue(deps.database, shard))) return nextDueMs(deps.database, shard);
  }
}

/** @returns whether to look again. */
async function drain(shard: number, holder: string, leaseSeconds: number, deps: DeliverDeps, board: OutageBoard): Promise<boolean> {
  for (;;) {
    if (deps.stopping() || !mayAttempt(board.state, deps.clock())) return false;
    const batch = await dueDeliveries(deps.database, shard, BATCH);
    if (batch.length === 0) return true;
    if (!(await leaseShard(deps.database, shard, holder, leaseSeconds))) return false;
    const end = deps.clock() + LEASE_MARGIN_MS;
    const { settlements, disabled } = await deliverBatch(batch, end, deps, board);
    await settle(deps.database, settlements);
    if (disabled) {
      await disableEndpoint(deps.database, deps.url, 'the ERP answered 410 Gone');
      return false;
    }
  }
}

async function deliverBatch(
  batch: readonly DueDelivery[],
  end: number,
  deps: DeliverDeps,
  board: OutageBoard,
): Promise<{ settlements: Settlement[]; disabled: boolean }> {
  const settlements: Settlement[] = [];
  const waiting = new Set<string>();
  for (const delivery of inKeyOrder(batch)) {
    const key = `${delivery.type}\u001f${delivery.key}`;
    if (waiting.has(key)) continue;
    if (deps.stopping() || deps.clock() >= end || !mayAttempt(board.state, deps.clock())) break;
    const outcome = await deps.post(delivery);
    if (outcome.kind === 'disabled') return { settlements, disabled: true };
    const settlement = settlementOf(delivery, outcome, deps.chance());
    settlements.push(settlement);
    deps.observe(settlement.status === 'failed' ? 'failed' : outcome.kind, delivery);
    if (settlement.status === 'pending') waiting.add(key);
    await noteOutage(outcome, deps, board);
  }
  return { settlements, disabled: false };
}

/** Positions rise with sequence numbers unless something was queued late; within a key the sequence number decides. */
function inKeyOrder(batch: readonly DueDelivery[]): DueDelivery[] {
  const first = new Map<string, bigint>();
  for (const { type, key, position } of batch) if (!first.has(`${type}\u001f${key}`)) first.set(`${type}\u001f${key}`, position);
  const place = ({ type, key, position }: DueDelivery): bigint => first.get(`${type}\u001f${key}`) ?? position;
  return [...batch].sort((left, right) => {
    const [a, b] = [place(left), place(right)];
    if (a !== b) return a < b ? -1 : 1;
    return left.seq < right.seq ? -1 : 1;
  });
}

function settlementOf(delivery: DueDelivery, outcome: Exclude<DeliveryOutcome, { kind: 'disabled' }>, chance: number): Settlement {
  const { position } = delivery;
  const attempts = delivery.attempts + 1;
  if (outcome.kind === 'delivered')
    return { position, status: 'delivered', attempts, delayMs: 0, lastStatus: outcome.status, lastError: null };
  const delay = retryDelay(attempts, chance, outcome.retryAfterMs);
  return {
    position,
    status: delay === undefined ? 'failed' : 'pending',
    attempts,
    delayMs: delay ?? 0,
    lastStatus: outcome.status,
    lastError: outcome.error,
  };
}

async function noteOutage(outcome: DeliveryOutcome, deps: DeliverDeps, board: OutageBoard): Promise<void> {
  if (outcome.kind === 'retry' && outcome.away) {
    board.state = showedAway(board.state, deps.clock());
    return;
  }
  const before = board.state;
  board.state = noOutage;
  if (!wasOutage(before)) return;
  await hurryPutOff(deps.database);
  deps.onRecovered();
}
