import type { Activity } from '@tributary/contracts';

/** One day with purchases or returns: number of orders, value ordered, value returned (scale 4, reporting currency). */
export interface DayStats {
  orders: number;
  gross: bigint;
  returned: bigint;
}

/**
 * Sufficient statistics of one profile. Adding is commutative and deltas cancel, so any order of arrival and any merge gives the same.
 * They belong to the batch that loaded them, which changes them in place.
 */
export interface Stats {
  /** By day since 1970 (UTC). A day whose entries cancel is not kept. */
  readonly days: Map<number, DayStats>;
  complaints: number;
  interactions: number;
  /** Survey answers by score 0 to 10. A score whose answers cancel is not kept. */
  readonly scores: Map<number, number>;
  paid: bigint;
  /** Orders in another currency than the reporting one: counted, their value not added. */
  otherCurrency: number;
  /** Latest event time, microseconds. */
  latest: number;
}

/** The statistics of a profile nothing was said of yet. */
export const emptyStats = (): Stats => ({
  days: new Map(),
  complaints: 0,
  interactions: 0,
  scores: new Map(),
  paid: 0n,
  otherCurrency: 0,
  latest: 0,
});

const DAY_MICROS = 86_400_000_000;

/** Folds one activity into the statistics, in place. */
export function addActivity(stats: Stats, activity: Activity, currency: string): void {
  if (activity.occurredAt > stats.latest) stats.latest = activity.occurredAt;
  const { score, interactionsDelta, ordersDelta, grossDelta, returnsDelta, paidDelta } = activity;
  if (interactionsDelta !== 0) {
    if (score !== null) addScore(stats, score, interactionsDelta);
    stats.interactions += interactionsDelta;
    stats.complaints += activity.complaintsDelta;
    return;
  }
  if (ordersDelta === 0 && grossDelta === 0n && returnsDelta === 0n && paidDelta === 0n) return;
  if (activity.currency !== currency) {
    stats.otherCurrency += ordersDelta;
    return;
  }
  addDay(stats, Math.floor(activity.occurredAt / DAY_MICROS), ordersDelta, grossDelta, returnsDelta);
  if (paidDelta !== 0n) stats.paid += paidDelta;
}

/** Adds the statistics of a profile that was merged into this one, in place; those stay as they are. */
export function addStats(stats: Stats, other: Stats): void {
  for (const [day, { orders, gross, returned }] of other.days) addDay(stats, day, orders, gross, returned);
  for (const [score, count] of other.scores) addScore(stats, score, count);
  stats.complaints += other.complaints;
  stats.interactions += other.interactions;
  stats.paid += other.paid;
  stats.otherCurrency += other.otherCurrency;
  stats.latest = Math.max(stats.latest, other.latest);
}

function addDay({ days }: Stats, day: number, orders: number, gross: bigint, returned: bigint): void {
  const known = days.get(day);
  if (known === undefined) {
    if (orders !== 0 || gross !== 0n || returned !== 0n) days.set(day, { orders, gross, returned });
    return;
  }
  known.orders += orders;
  // Most activities say one amount of the two: no number is made for the other.
  if (gross !== 0n) known.gross += gross;
  if (returned !== 0n) known.returned += returned;
  if (known.orders === 0 && known.gross === 0n && known.returned === 0n) days.delete(day);
}

function addScore({ scores }: Stats, score: number, by: number): void {
  const count = (scores.get(score) ?? 0) + by;
  if (count === 0) scores.delete(score);
  else scores.set(score, count);
}
