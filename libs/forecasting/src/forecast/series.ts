import { refuse, refuseNonFinite, refuseUnlessInteger } from '../refusal.ts';
import type { Refused } from '../refusal.ts';

/** Something known beforehand that moves demand: a promotion (0 or 1), a price, a holiday. */
export interface Regressor {
  readonly name: string;
  /** One entry a value of the series. */
  readonly past: ArrayLike<number>;
  /** One entry a period of the horizon. */
  readonly future: ArrayLike<number>;
}

/** One regular series, oldest first. */
export interface SeriesInput {
  /** Demand per period. Entries whose `known` is false are ignored, whatever they hold. */
  readonly values: ArrayLike<number>;
  /** Season lengths in periods, such as 12, or [24, 168]. 1, or nothing, means no season. */
  readonly season?: number | readonly number[] | undefined;
  /** False where the demand is not known (closed, stock-out, missing); all known when left out. */
  readonly known?: readonly boolean[] | undefined;
  readonly regressors?: readonly Regressor[] | undefined;
}

/** A checked series: gaps filled, divided by `scale` so that its mean size is one. */
export interface PreparedSeries {
  readonly values: Float64Array;
  readonly known: readonly boolean[] | undefined;
  readonly knownCount: number;
  /** Season lengths above 1, ascending, each covered by the history at least once. */
  readonly seasons: readonly number[];
  readonly scale: number;
  /** The known values as given, for classification. */
  readonly observed: Float64Array;
  readonly refused?: undefined;
}

/** Larger magnitudes would overflow when squared. */
const LARGEST = 1e120;

/** Checks a series, fills its gaps and scales it. Refuses an empty series, non-finite or enormous values by index, and bad seasons. */
export function prepareSeries(input: SeriesInput): PreparedSeries | Refused {
  const n = input.values.length;
  if (n === 0) return refuse('empty', 'series.values', 'a series needs at least one value');
  if (input.known && input.known.length !== n) {
    return refuse('length-mismatch', 'series.known', `has ${input.known.length} entries for ${n} values`);
  }
  const given = input.season === undefined ? [] : typeof input.season === 'number' ? [input.season] : [...input.season];
  for (const season of given) {
    const refused = refuseUnlessInteger(season, 1, 'series.season');
    if (refused) return refused;
  }
  const values = new Float64Array(n);
  const known = input.known?.some((flag) => !flag) ? input.known : undefined;
  for (let t = 0; t < n; t++) values[t] = known && !known[t] ? 0 : (input.values[t] as number);
  const refused = refuseNonFinite(values, 'series.values');
  if (refused) return refused;
  const observed = known ? values.filter((_, t) => known[t]) : values.slice();
  if (observed.length === 0) return refuse('no-known-value', 'series.known', 'no value of the series is known');
  let size = 0;
  for (const value of observed) {
    if (Math.abs(value) > LARGEST)
      return refuse('not-finite', 'series.values', `magnitudes above ${LARGEST} are not forecast, got ${value}`);
    size += Math.abs(value) / observed.length;
  }
  const scale = size > 1e-290 ? size : 1;
  for (let t = 0; t < n; t++) values[t] = (values[t] as number) / scale;
  const seasons = [...new Set(given)].filter((season) => season > 1 && season < n).sort((a, b) => a - b);
  if (known) fillGaps(values, known, seasons[0] ?? 1);
  return { values, known, knownCount: observed.length, seasons, scale, observed };
}

/**
 * Fills unknown periods so that the recursive models can run over them: the line between the known neighbours, plus the typical
 * deviation of that season from such a line. Filled periods never count as evidence of accuracy.
 */
function fillGaps(values: Float64Array, known: readonly boolean[], season: number): void {
  const n = values.length;
  const before = new Int32Array(n).fill(-1);
  const after = new Int32Array(n).fill(-1);
  for (let t = 0, last = -1; t < n; t++) before[t] = known[t] ? (last = t) : last;
  for (let t = n - 1, next = -1; t >= 0; t--) after[t] = known[t] ? (next = t) : next;
  const deviation = new Float64Array(season);
  if (season > 1) {
    let mean = 0;
    let count = 0;
    const sums = new Float64Array(season);
    const counts = new Float64Array(season);
    for (let t = 0; t < n; t++) {
      if (!known[t]) continue;
      mean += values[t] as number;
      count++;
      sums[t % season] = (sums[t % season] as number) + (values[t] as number);
      counts[t % season] = (counts[t % season] as number) + 1;
    }
    for (let k = 0; k < season; k++)
      if ((counts[k] as number) > 0) deviation[k] = (sums[k] as number) / (counts[k] as number) - mean / count;
  }
  for (let t = 0; t < n; t++) {
    if (known[t]) continue;
    const left = before[t] as number;
    const right = after[t] as number;
    const rest = (i: number): number => (values[i] as number) - (deviation[i % season] as number);
    const share = left >= 0 && right >= 0 ? (t - left) / (right - left) : left >= 0 ? 0 : 1;
    const base = (left >= 0 ? (1 - share) * rest(left) : 0) + (right >= 0 ? share * rest(right) : 0);
    values[t] = base + (deviation[t % season] as number);
  }
}
