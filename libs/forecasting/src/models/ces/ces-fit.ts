import { classicalIndices } from '../../decomposition/classical.ts';
import { boxMinimise } from '../../numeric/box-minimise.ts';
import type { Objective } from '../../numeric/box-minimise.ts';
import type { FittedModel } from '../fitted-model.ts';
import { CesFilter } from './ces-filter.ts';
import type { CesKind } from './ces-filter.ts';

export interface CesFit extends FittedModel {
  readonly kind: CesKind;
  readonly sse: number;
  readonly aicc: number;
}

/** Bounds and starting points of `AutoCES` in StatsForecast: α₀, α₁, β₀, β₁. */
const LOWER = [0.01, 0.01, 0.01, 0.01];
const UPPER = [1.8, 1.9, 1.5, 1.5];
/** Step of the forward differences. */
const STEP = 1e-7;
/** Starting points of the search, best first: the objective has several valleys. */
const STARTS: Record<CesKind, readonly (readonly number[])[]> = {
  none: [
    [1.6, 1],
    [1.05, 1],
  ],
  simple: [[1.3, 1]],
  partial: [
    [1.6, 1, 0.02],
    [1.1, 1, 0.3],
  ],
  full: [
    [1.3, 1, 1.3, 1],
    [1.5, 1, 1.05, 1],
    [1.7, 1.02, 1.05, 1],
  ],
};

/**
 * The observability region: eigenvalues of the discount matrix F − g·wᵀ inside the unit circle (Svetunkov et al. 2022, section 3.3), by the
 * Jury conditions for a 2 × 2 matrix.
 */
function discounts(a0: number, a1: number): boolean {
  const trace = 2 - 2 * a0 + a1;
  const determinant = (1 - a0 + a1) * (1 - a0) + (1 - a1) * (1 - a0 - a1);
  return Math.abs(determinant) < 1 && Math.abs(trace) < 1 + determinant;
}

/** One kind of complex exponential smoothing by least squares on the one-step errors, initial states by backcasting. `single` searches from one starting point
 * only. `undefined` where it cannot be fitted. */
export function fitCes(values: Float64Array, kind: CesKind, season: number, single = false): CesFit | undefined {
  const n = values.length;
  const starts = single ? STARTS[kind].slice(0, 1) : STARTS[kind];
  const count = starts[0]?.length ?? 0;
  if (n < count + 3 || (kind !== 'none' && n < 2 * season)) return undefined;
  const filter = new CesFilter(
    values,
    kind,
    season,
    kind === 'partial' || kind === 'full' ? classicalIndices(values, season, 'additive') : new Float64Array(0),
  );
  const x = new Float64Array(count);
  const cost = (at: Float64Array): number => {
    if (!discounts(at[0] as number, at[1] as number)) return Number.POSITIVE_INFINITY;
    if (kind === 'full' && !discounts(at[2] as number, at[3] as number)) return Number.POSITIVE_INFINITY;
    const sse = filter.run(at);
    return Number.isFinite(sse) ? Math.log(Math.max(sse / n, 1e-30)) : Number.POSITIVE_INFINITY;
  };
  const moved = new Float64Array(x.length);
  const objective: Objective = {
    value: cost,
    gradient: (at, out, value) => {
      moved.set(at);
      for (let i = 0; i < at.length; i++) {
        const centre = at[i] as number;
        moved[i] = centre + STEP;
        const above = cost(moved);
        // At the edge of the region one side is outside it.
        moved[i] = centre - STEP;
        out[i] = Number.isFinite(above) ? (above - value) / STEP : (value - cost(moved)) / STEP;
        if (!Number.isFinite(out[i] as number)) out[i] = 0;
        moved[i] = centre;
      }
    },
  };
  const lower = Float64Array.from(LOWER.slice(0, count));
  const upper = Float64Array.from(UPPER.slice(0, count));
  let least = Number.POSITIVE_INFINITY;
  for (const start of starts) {
    const candidate = Float64Array.from(start);
    const { value } = boxMinimise(objective, candidate, lower, upper, 1e-5, 40);
    if (value >= least) continue;
    least = value;
    x.set(candidate);
  }
  if (!Number.isFinite(least)) return undefined;
  const sse = filter.run(x);
  const k = x.length + 1;
  const [alpha0 = 0, alpha1 = 0, beta0, beta1] = x;
  return {
    name: 'ces',
    kind,
    sse,
    aicc: n * Math.log(Math.max(sse, 1e-30)) + 2 * k + (n > k + 1 ? (2 * k * (k + 1)) / (n - k - 1) : Number.POSITIVE_INFINITY),
    parameters: { alpha0, alpha1, ...(beta0 === undefined ? {} : { beta0 }), ...(beta1 === undefined ? {} : { beta1 }) },
    firstOrigin: Math.max(3, kind === 'none' ? 0 : season),
    freedom: x.length + (kind === 'none' ? 2 : kind === 'simple' ? season : season + 1),
    forecastFrom: (origin, out) => filter.forecastFrom(origin, x, out),
  };
}

/** Complex exponential smoothing, its kind chosen by AICc. Seasonal kinds need 2 ≤ season ≤ 24 and two full seasons. */
export function cesAuto(values: Float64Array, season: number): CesFit | undefined {
  const seasonal = season >= 2 && season <= 24 && values.length >= 2 * season;
  let best: CesFit | undefined;
  for (const kind of seasonal ? (['none', 'simple', 'partial', 'full'] as const) : (['none'] as const)) {
    const fit = fitCes(values, kind, season, true);
    if (fit && (best === undefined || fit.aicc < best.aicc)) best = fit;
  }
  const again = best && STARTS[best.kind].length > 1 ? fitCes(values, best.kind, season) : undefined;
  return again && best && again.aicc < best.aicc ? again : best;
}
