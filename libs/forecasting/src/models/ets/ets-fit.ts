import { boxMinimise } from '../../numeric/box-minimise.ts';
import type { Objective } from '../../numeric/box-minimise.ts';
import type { FittedModel } from '../fitted-model.ts';
import { EtsFilter } from './ets-filter.ts';
import type { EtsForm, EtsSmoothing } from './ets-filter.ts';
import { initialStates } from './ets-start.ts';

/** An estimated ETS model. Information criteria are those of `forecast::ets` in R: −2 log L up to the same constant, variance counted as a parameter. */
export interface EtsFit extends FittedModel {
  readonly form: EtsForm;
  readonly smoothing: EtsSmoothing;
  readonly initial: { readonly level: number; readonly slope: number; readonly seasonal: Float64Array };
  readonly sse: number;
  readonly aic: number;
  readonly aicc: number;
  readonly bic: number;
  readonly converged: boolean;
  readonly evaluations: number;
}

export const SMOOTHING_LOW = 1e-4;
export const SMOOTHING_HIGH = 0.9999;
export const PHI_LOW = 0.8;
export const PHI_HIGH = 0.98;

/** The slope works on the level once per period: this brings both to one size in the search. */
const SLOPE_SCALE = 40;

/** Below this alpha the level is as good as fixed. */
const NEARLY_FIXED = 0.05;

/** Starting points of alpha, beta / alpha, gamma / (1 − alpha) and phi: together they reached the best known optimum of nearly all of about a hundred real and simulated series. */
const STARTS = {
  plain: [
    [0.8, 0.5, 0.05, 0.9],
    [0.3, 0.1, 0.05, 0.97],
    [0.01, 0.01, 0.01, 0.98],
  ],
  seasonal: [
    [0.3, 0.1, 0.3, 0.97],
    [0.2, 0.1, 0.05, 0.97],
    [0.01, 0.01, 0.01, 0.98],
  ],
} as const;

/** How a fit starts: from a related fit, from one starting point, or from all of them (default). */
export interface EtsStart {
  readonly warm?: EtsFit;
  readonly single?: boolean;
}

/** Number of estimated quantities without the variance. */
export function etsParameterCount(form: EtsForm, season: number): number {
  const trend = form.trend === 'N' ? 0 : form.trend === 'A' ? 2 : 3;
  return 2 + trend + (form.season === 'N' ? 0 : season);
}

/** `ETS(A,Ad,M)` and its like. */
export function etsName(form: EtsForm): string {
  return `ETS(${form.error},${form.trend},${form.season})`;
}

/**
 * Maximum likelihood of one ETS form (Hyndman, Koehler, Ord and Snyder 2008, ch. 5): smoothing parameters within the usual region
 * 0 < β < α < 1, 0 < γ < 1 − α, 0.8 ≤ φ ≤ 0.98 and all initial states together, by BFGS with an exact gradient.
 * `values` should be of magnitude one; multiplicative forms need positive values. `undefined` where the form cannot be fitted.
 */
export function fitEts(values: Float64Array, form: EtsForm, season: number, { warm, single = false }: EtsStart = {}): EtsFit | undefined {
  const n = values.length;
  const filter = new EtsFilter(values, form, season);
  const trend = form.trend !== 'N';
  const damped = form.trend === 'Ad';
  const m = filter.season;
  // Layout of x: alpha, beta/alpha, gamma/(1 − alpha), phi, level, slope, seasonal states but the last.
  const x = new Float64Array(6 + Math.max(0, m - 1));
  const lower = new Float64Array(x.length).fill(-1e3);
  const upper = new Float64Array(x.length).fill(1e3);
  lower.set([SMOOTHING_LOW, SMOOTHING_LOW, SMOOTHING_LOW, PHI_LOW]);
  upper.set([SMOOTHING_HIGH, SMOOTHING_HIGH, SMOOTHING_HIGH, PHI_HIGH]);
  // Parameters that the form does not have are frozen at the value that removes them.
  const freeze = (i: number, value: number): void => {
    x[i] = value;
    lower[i] = value;
    upper[i] = value;
  };
  const setStart = (start: ArrayLike<number>): void => {
    // A level that hardly moves has to start on the line through everything.
    const states = warm?.initial ?? initialStates(values, form, season, (start[0] as number) < NEARLY_FIXED);
    for (let i = 0; i < 4; i++) x[i] = start[i] as number;
    x[4] = states.level;
    x[5] = states.slope * SLOPE_SCALE;
    if (m > 0) x.set(states.seasonal.subarray(0, m - 1), 6);
    if (!trend) freeze(1, 0);
    if (m === 0) freeze(2, 0);
    if (!damped) freeze(3, 1);
    if (!trend) freeze(5, 0);
  };
  const total = form.season === 'M' ? m : 0;
  const full = new Float64Array(6 + m);
  const smoothingOf = (at: Float64Array): EtsSmoothing => {
    const alpha = at[0] as number;
    return { alpha, beta: alpha * (at[1] as number), gamma: (1 - alpha) * (at[2] as number), phi: at[3] as number };
  };
  const load = (at: Float64Array): void => {
    filter.level[0] = at[4] as number;
    filter.slope[0] = (at[5] as number) / SLOPE_SCALE;
    let rest = total;
    for (let k = 0; k < m - 1; k++) {
      filter.seasonal[k] = at[6 + k] as number;
      rest -= at[6 + k] as number;
    }
    if (m > 0) filter.seasonal[m - 1] = rest;
  };
  const objective: Objective = {
    value: (at) => {
      load(at);
      return filter.run(smoothingOf(at));
    },
    gradient: (at, out) => {
      const smoothing = smoothingOf(at);
      filter.gradient(smoothing, full);
      const dBeta = full[1] as number;
      const dGamma = full[2] as number;
      out[0] = (full[0] as number) + dBeta * (at[1] as number) - dGamma * (at[2] as number);
      out[1] = dBeta * smoothing.alpha;
      out[2] = dGamma * (1 - smoothing.alpha);
      out[3] = full[3] as number;
      out[4] = full[4] as number;
      out[5] = (full[5] as number) / SLOPE_SCALE;
      const last = m > 0 ? (full[5 + m] as number) : 0;
      for (let k = 0; k < m - 1; k++) out[6 + k] = (full[6 + k] as number) - last;
    },
  };

  const all = m > 0 ? STARTS.seasonal : STARTS.plain;
  // Without trend and season the likelihood has one valley.
  const starts: readonly ArrayLike<number>[] = warm ? [startOf(warm.smoothing)] : single || (!trend && m === 0) ? all.slice(0, 1) : all;
  let best: { value: number; evaluations: number; converged: boolean; x: Float64Array } | undefined;
  for (const start of starts) {
    setStart(start);
    const { value, converged, evaluations } = boxMinimise(objective, x, lower, upper);
    if (Number.isFinite(value) && (best === undefined || value < best.value)) best = { value, converged, evaluations, x: x.slice() };
  }
  if (best === undefined) return undefined;
  load(best.x);
  const smoothing = smoothingOf(best.x);
  const value = filter.run(smoothing);
  const freedom = etsParameterCount(form, season);
  const k = freedom + 1;
  // log(SSE/n) + 2·mean log μ → n·log(SSE) + 2·Σ log μ, the constant of R.
  const deviance = n * (value + Math.log(n));
  const aic = deviance + 2 * k;
  let sse = 0;
  for (const e of filter.error) sse += e * e;
  const { alpha, beta, gamma, phi } = smoothing;
  return {
    name: etsName(form),
    form,
    smoothing,
    parameters: { alpha, ...(trend ? { beta } : {}), ...(m > 0 ? { gamma } : {}), ...(damped ? { phi } : {}) },
    initial: { level: filter.level[0] as number, slope: filter.slope[0] as number, seasonal: filter.seasonal.slice(0, m) },
    sse,
    aic,
    aicc: n > k + 1 ? aic + (2 * k * (k + 1)) / (n - k - 1) : Number.POSITIVE_INFINITY,
    bic: aic + k * (Math.log(n) - 2),
    converged: best.converged,
    evaluations: best.evaluations,
    firstOrigin: Math.max(2, m),
    freedom,
    forecastFrom: (at, out) => filter.forecastFrom(at, smoothing.phi, out),
  };
}

/** Smoothing parameters in the coordinates of the search. */
function startOf({ alpha, beta, gamma, phi }: EtsSmoothing): number[] {
  return [alpha, beta > 0 ? beta / alpha : 0.1, gamma > 0 ? gamma / (1 - alpha) : 0.05, phi < 1 ? phi : 0.97];
}
