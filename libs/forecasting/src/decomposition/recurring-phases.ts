/** What recurs at single phases of a long season, beside smooth waves: Christmas week. */
export interface RecurringPhases {
  /** Additive departures by phase: `indices[k]` belongs to t ≡ k modulo the season. */
  readonly indices: Float64Array;
  /** How many free values they amount to: the sum of the shares that shrinkage left. */
  readonly freedom: number;
}

/** Half of the window whose mean is the level that a value departs from. */
const HALF_WINDOW = 6;
/** Fewer pairs of values one season apart cannot tell what recurs from chance. */
const LEAST_PAIRS = 20;
/** One-sided 1 % point of the normal distribution: how sure it must be that departures recur at all. */
const SURE = 2.33;

/**
 * Departures from a moving mean that come again one season later. Their autocorrelation ρ at the lag of the season is the share of their variance that recurs, so
 * the best linear predictor of a phase seen c times is its mean times cρ / (1 + (c − 1)ρ) (Robinson 1991). `undefined` where ρ is not surely above zero.
 */
export function recurringPhases(values: Float64Array, season: number): RecurringPhases | undefined {
  const n = values.length;
  const pairs = n - season;
  if (pairs < LEAST_PAIRS || season <= 4 * HALF_WINDOW) return undefined;
  const departures = new Float64Array(n);
  for (let t = 0; t < n; t++) {
    const from = Math.max(0, t - HALF_WINDOW);
    const to = Math.min(n, t + HALF_WINDOW + 1);
    let sum = 0;
    for (let i = from; i < to; i++) sum += values[i] as number;
    departures[t] = (values[t] as number) - sum / (to - from);
  }
  let together = 0;
  let early = 0;
  let late = 0;
  for (let t = season; t < n; t++) {
    const [now, then] = [departures[t] as number, departures[t - season] as number];
    together += now * then;
    early += then * then;
    late += now * now;
  }
  const correlation = early > 0 && late > 0 ? together / Math.sqrt(early * late) : 0;
  if (correlation < SURE / Math.sqrt(pairs)) return undefined;
  const indices = new Float64Array(season);
  const counts = new Float64Array(season);
  for (let t = 0; t < n; t++) {
    indices[t % season] = (indices[t % season] as number) + (departures[t] as number);
    counts[t % season] = (counts[t % season] as number) + 1;
  }
  let freedom = 0;
  for (let k = 0; k < season; k++) {
    const count = counts[k] as number;
    const share = (count * correlation) / (1 + (count - 1) * correlation);
    indices[k] = ((indices[k] as number) / count) * share;
    freedom += share;
  }
  return { indices, freedom };
}
