import type { Activity } from '@tributary/contracts';

/** One day with purchases or returns: number of orders, value ordered, value returned (scale 4, reporting currency). */
export interface DayStats {
  readonly orders: number;
  readonly gross: bigint;
  readonly returned: bigint;
}

/** Sufficient statistics of one profile. Adding is commutative and deltas cancel, so any order of arrival and any merge gives the same. */
export interface Stats {
  /** By day since 1970 (UTC). A day whose entries cancel is not kept. */
  readonly days: ReadonlyMap<number, DayStats>;
  readonly complaints: number;
  readonly interactions: number;
  /** Survey answers by score 0 to 10. */
  readonly scores: Readonly<Record<string, number>>;
  readonly paid: bigint;
  /** Orders in another currency than the reporting one: counted, their value not added. */
  readonly otherCurrency: number;
  /** Latest event time, microseconds. */
  readonly latest: number;
}

export const emptyStats: Stats = { days: new Map(), complaints: 0, interactions: 0, scores: {}, paid: 0n, otherCurrency: 0, latest: 0 };

const DAY_MICROS = 86_400_000_000;

/** Folds one activity into the statistics. */
export function addActivity(stats: Stats, activity: Activity, currency: string): Stats {
  const latest = Math.max(stats.latest, activity.occurredAt);
  if (activity.interactionsDelta !== 0) return { ...addInteraction(stats, activity), latest };
  const moves = activity.ordersDelta !== 0 || activity.grossDelta !== 0n || activity.returnsDelta !== 0n || activity.paidDelta !== 0n;
  if (!moves) return { ...stats, latest };
  if (activity.currency !== currency) return { ...stats, otherCurrency: stats.otherCurrency + activity.ordersDelta, latest };
  const day = Math.floor(activity.occurredAt / DAY_MICROS);
  const delta: DayStats = { orders: activity.ordersDelta, gross: activity.grossDelta, returned: activity.returnsDelta };
  return { ...stats, days: withDay(stats.days, day, delta), paid: stats.paid + activity.paidDelta, latest };
}

/** Adds the statistics of a profile that was merged into this one. */
export function addStats(left: Stats, right: Stats): Stats {
  let { days } = left;
  for (const [day, value] of right.days) days = withDay(days, day, value);
  let { scores } = left;
  for (const [score, count] of Object.entries(right.scores)) scores = withScore(scores, score, count);
  return {
    days,
    scores,
    complaints: left.complaints + right.complaints,
    interactions: left.interactions + right.interactions,
    paid: left.paid + right.paid,
    otherCurrency: left.otherCurrency + right.otherCurrency,
    latest: Math.max(left.latest, right.latest),
  };
}

function withDay(days: ReadonlyMap<number, DayStats>, day: number, delta: DayStats): ReadonlyMap<number, DayStats> {
  const known = days.get(day);
  const next = {
    orders: (known?.orders ?? 0) + delta.orders,
    gross: (known?.gross ?? 0n) + delta.gross,
    returned: (known?.returned ?? 0n) + delta.returned,
  };
  const copy = new Map(days);
  if (next.orders === 0 && next.gross === 0n && next.returned === 0n) copy.delete(day);
  else copy.set(day, next);
  return copy;
}

function withScore(scores: Stats['scores'], score: string, by: number): Stats['scores'] {
  const { [score]: known = 0, ...others } = scores;
  return known + by === 0 ? others : { ...others, [score]: known + by };
}

function addInteraction(stats: Stats, activity: Activity): Stats {
  const { score, interactionsDelta: by } = activity;
  const scores = score === null ? stats.scores : withScore(stats.scores, String(score), by);
  return { ...stats, scores, interactions: stats.interactions + by, complaints: stats.complaints + activity.complaintsDelta };
}
