import type { FittedModel } from '../fitted-model.ts';
import { runningLines } from './theta-lines.ts';

/** `standard`: θ = 2 (Assimakopoulos and Nikolopoulos 2000). `optimised`: θ estimated. `dynamic-…`: the trend line is re-estimated at every observation. */
export type ThetaKind = 'standard' | 'optimised' | 'dynamic-standard' | 'dynamic-optimised';

export interface ThetaFit extends FittedModel {
  readonly alpha: number;
  readonly theta: number;
  readonly initialLevel: number;
  readonly sse: number;
}

/** Bounds of `forecTheta` in R. */
const ALPHA_LOW = 0.1;
const ALPHA_HIGH = 0.99;
const KAPPA_HIGH = 1 - 1e-10;
const GRID = 16;
const REFINEMENTS = 14;
const GOLDEN = (Math.sqrt(5) - 1) / 2;

/**
 * Theta models in state-space form: STM, OTM, DSTM and DOTM of Fiorucci, Pellegrini, Louzada, Petropoulos and Koehler (2016), estimated
 * by least squares on the one-step errors from the third observation on, 0.1 ≤ α ≤ 0.99, θ ≥ 1.
 *
 * For a given α the one-step forecast (eq. 9) is linear in the initial level ℓ₀ and in κ = 1 − 1/θ, so both follow from a 2 × 2 system and only α is
 * searched (variable projection, Golub and Pereyra 1973): the minimum is exact and needs about thirty passes.
 */
export function fitTheta(values: Float64Array, kind: ThetaKind): ThetaFit {
  const n = values.length;
  const dynamic = kind === 'dynamic-standard' || kind === 'dynamic-optimised';
  const optimised = kind === 'optimised' || kind === 'dynamic-optimised';
  const lines = runningLines(values);
  const intercept = dynamic ? lines.intercept : new Float64Array(n + 1).fill(lines.intercept[n] as number);
  const slope = dynamic ? lines.slope : new Float64Array(n + 1).fill(lines.slope[n] as number);

  const at = (alpha: number): Projection => project(values, intercept, slope, alpha, optimised);
  let best = at(0.5);
  let bestIndex = -1;
  const width = (ALPHA_HIGH - ALPHA_LOW) / (GRID - 1);
  for (let i = 0; i < GRID; i++) {
    const candidate = at(ALPHA_LOW + i * width);
    if (candidate.sse < best.sse) {
      best = candidate;
      bestIndex = i;
    }
  }
  const centre = bestIndex < 0 ? 0.5 : ALPHA_LOW + bestIndex * width;
  let low = Math.max(ALPHA_LOW, centre - width);
  let high = Math.min(ALPHA_HIGH, centre + width);
  for (let i = 0; i < REFINEMENTS; i++) {
    const left = at(high - GOLDEN * (high - low));
    const right = at(low + GOLDEN * (high - low));
    if (left.sse < best.sse) best = left;
    if (right.sse < best.sse) best = right;
    if (left.sse < right.sse) high = low + GOLDEN * (high - low);
    else low = high - GOLDEN * (high - low);
  }

  const { alpha, kappa, initialLevel, sse } = best;
  const level = new Float64Array(n + 1);
  level[0] = initialLevel;
  for (let t = 0; t < n; t++) level[t + 1] = alpha * (values[t] as number) + (1 - alpha) * (level[t] as number);
  const theta = 1 / (1 - kappa);
  const name = {
    standard: 'theta',
    optimised: 'theta-optimised',
    'dynamic-standard': 'theta-dynamic-standard',
    'dynamic-optimised': 'theta-dynamic',
  }[kind];
  return {
    name,
    alpha,
    theta,
    initialLevel,
    sse,
    parameters: { alpha, theta, level: initialLevel },
    firstOrigin: 3,
    freedom: optimised ? 3 : 2,
    forecastFrom: (origin, out) => {
      let l = level[origin] as number;
      let a = intercept[origin] as number;
      let b = slope[origin] as number;
      let mean = lines.average[origin] as number;
      let power = (1 - alpha) ** origin;
      for (let h = 0; h < out.length; h++) {
        const mu = l + kappa * (power * a + ((1 - power * (1 - alpha)) / alpha) * b);
        out[h] = mu;
        power *= 1 - alpha;
        l = alpha * mu + (1 - alpha) * l;
        if (!dynamic) continue;
        const t = origin + h + 1;
        b = ((t - 2) * b + (6 * (mu - mean)) / t) / (t + 1);
        mean += (mu - mean) / t;
        a = mean - (b * (t + 1)) / 2;
      }
    },
  };
}

interface Projection {
  readonly alpha: number;
  readonly kappa: number;
  readonly initialLevel: number;
  readonly sse: number;
}

/** Least squares in (ℓ₀, κ) for one α: normal equations accumulated in a single pass. */
function project(values: Float64Array, intercept: Float64Array, slope: Float64Array, alpha: number, optimised: boolean): Projection {
  const n = values.length;
  const rest = 1 - alpha;
  let base = 0;
  let power = 1;
  let yy = 0;
  let yl = 0;
  let yk = 0;
  let ll = 0;
  let lk = 0;
  let kk = 0;
  for (let t = 0; t < n; t++) {
    const y = values[t] as number;
    if (t >= 2) {
      const r = y - base;
      const drift = power * (intercept[t] as number) + ((1 - power * rest) / alpha) * (slope[t] as number);
      yy += r * r;
      yl += r * power;
      yk += r * drift;
      ll += power * power;
      lk += power * drift;
      kk += drift * drift;
    }
    base = alpha * y + rest * base;
    power *= rest;
  }
  let kappa = 0.5;
  if (optimised) {
    const determinant = ll * kk - lk * lk;
    kappa = determinant > 1e-12 * ll * kk ? (ll * yk - lk * yl) / determinant : 0.5;
    kappa = Math.min(Math.max(kappa, 0), KAPPA_HIGH);
  }
  const initialLevel = ll > 0 ? (yl - kappa * lk) / ll : (values[0] as number);
  const sse =
    yy - 2 * initialLevel * yl - 2 * kappa * yk + initialLevel * initialLevel * ll + 2 * initialLevel * kappa * lk + kappa * kappa * kk;
  return { alpha, kappa, initialLevel, sse: Math.max(0, sse) };
}
