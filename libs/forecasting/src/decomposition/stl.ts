import { loess } from './loess.ts';

export interface StlOptions {
  /** Loess window of the seasonal sub-series, odd, at least 7. */
  readonly seasonalWindow?: number;
  /** Loess window of the trend; the least odd number above 1.5·season / (1 − 1.5 / seasonalWindow) when left out. */
  readonly trendWindow?: number;
  /** Degree of the seasonal loess: 1, or 0 for local means, which extrapolate more safely. */
  readonly seasonalDegree?: 0 | 1;
  readonly innerLoops?: number;
  /** Rounds of robustness weights; 0 for none. */
  readonly outerLoops?: number;
}

/** values = trend + seasonal + remainder. */
export interface Decomposition {
  readonly trend: Float64Array;
  readonly seasonal: Float64Array;
  readonly remainder: Float64Array;
}

const odd = (x: number): number => {
  const whole = Math.ceil(x);
  return whole % 2 === 1 ? whole : whole + 1;
};

/**
 * STL, "A seasonal-trend decomposition procedure based on loess" (Cleveland, Cleveland, McRae and Terpenning 1990). Low-pass and trend loess are of degree 1.
 * `values` holds at least two seasons.
 */
export function stl(values: Float64Array, season: number, options: StlOptions = {}): Decomposition {
  const { seasonalWindow = 7, seasonalDegree = 1, innerLoops = options.outerLoops ? 2 : 5, outerLoops = 0 } = options;
  const trendWindow = options.trendWindow ?? odd((1.5 * season) / (1 - 1.5 / seasonalWindow));
  const n = values.length;
  const trend = new Float64Array(n);
  const seasonal = new Float64Array(n);
  const remainder = new Float64Array(n);
  const work = new Float64Array(n);
  const cycle = new Float64Array(n + 2 * season);
  let robustness: Float64Array | undefined;
  for (let outer = 0; outer <= outerLoops; outer++) {
    for (let inner = 0; inner < innerLoops; inner++) {
      for (let t = 0; t < n; t++) work[t] = (values[t] as number) - (trend[t] as number);
      smoothCycles(work, season, seasonalWindow, seasonalDegree, cycle, robustness);
      const low = lowPass(cycle, season);
      for (let t = 0; t < n; t++) {
        seasonal[t] = (cycle[t + season] as number) - (low[t] as number);
        work[t] = (values[t] as number) - (seasonal[t] as number);
      }
      loess(work, trendWindow, trend, 0, 0, robustness);
    }
    for (let t = 0; t < n; t++) remainder[t] = (values[t] as number) - (trend[t] as number) - (seasonal[t] as number);
    if (outer < outerLoops) robustness = bisquare(remainder);
  }
  return { trend, seasonal, remainder };
}

/** Step 2: loess of each sub-series of the season, one value beyond both ends. */
function smoothCycles(
  x: Float64Array,
  season: number,
  window: number,
  degree: 0 | 1,
  out: Float64Array,
  robustness: Float64Array | undefined,
): void {
  for (let k = 0; k < season; k++) {
    const count = Math.floor((x.length - 1 - k) / season) + 1;
    const sub = new Float64Array(count);
    const weights = robustness && new Float64Array(count);
    for (let i = 0; i < count; i++) {
      sub[i] = x[k + i * season] as number;
      if (weights && robustness) weights[i] = robustness[k + i * season] as number;
    }
    const smooth = new Float64Array(count + 2);
    loess(sub, window, smooth, 1, 1, weights, degree);
    for (let i = 0; i < count + 2; i++) out[k + i * season] = smooth[i] as number;
  }
}

/** Step 3: two moving averages of a season, one of three, then loess. */
function lowPass(cycle: Float64Array, season: number): Float64Array {
  const averaged = movingAverage(movingAverage(movingAverage(cycle, season), season), 3);
  const out = new Float64Array(averaged.length);
  loess(averaged, season % 2 === 1 ? season : season + 1, out);
  return out;
}

function movingAverage(x: Float64Array, length: number): Float64Array {
  const out = new Float64Array(x.length - length + 1);
  let sum = 0;
  for (let t = 0; t < x.length; t++) {
    sum += x[t] as number;
    if (t >= length) sum -= x[t - length] as number;
    if (t >= length - 1) out[t - length + 1] = sum / length;
  }
  return out;
}

/** Bisquare weights at six median absolute remainders. */
function bisquare(remainder: Float64Array): Float64Array {
  const sizes = remainder.map(Math.abs).sort();
  const n = sizes.length;
  const limit = 3 * ((sizes[n >> 1] as number) + (sizes[(n - 1) >> 1] as number));
  return remainder.map((r) => {
    const size = Math.abs(r);
    if (size > 0.999 * limit) return 0;
    if (size <= 0.001 * limit) return 1;
    return (1 - (size / limit) ** 2) ** 2;
  });
}
