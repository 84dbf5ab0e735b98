import type { SeasonKind } from './classical.ts';

export interface HarmonicSeason {
  readonly kind: SeasonKind;
  /** Additive indices sum to 0, multiplicative ones are exponentials of such. `indices[k]` belongs to t ≡ k modulo the season. */
  readonly indices: Float64Array;
  readonly harmonics: number;
  /** Waves that were on offer: choosing among them is fitting, too. */
  readonly tried: number;
}

/** Autocorrelations of the errors that are tried; 1 is a random walk, which looks seasonal to plain regression. */
const PERSISTENCE = [0, 0.4, 0.7, 0.9, 1];
const MOST_HARMONICS = 6;
/** How much better than no season the corrected Akaike criterion must be. */
const LEAST_GAIN = 4;

/**
 * A long season from a short history: a few sine waves plus a line, by regression with AR(1) errors (dynamic harmonic regression, Young et al. 1999; Hyndman and
 * Athanasopoulos, FPP3, 10.5). Number of waves, persistence and logarithm are chosen by AICc against no season at all; the waves are shrunk by
 * 1 − 1/F, as a wave of that strength appears by chance. `undefined` where no season shows or the history is shorter than 1.5 seasons.
 */
export function harmonicSeason(values: Float64Array, season: number): HarmonicSeason | undefined {
  const n = values.length;
  if (season < 4 || n < 1.5 * season) return undefined;
  const most = Math.min(MOST_HARMONICS, (season - 1) >> 1, Math.floor(n / 12));
  if (most < 1) return undefined;
  const logs = values.every((y) => y > 1e-3) ? values.map(Math.log) : undefined;
  const moments = lagMoments(values, logs, season, most);
  let jacobian = 0;
  if (logs) for (let t = 0; t < n; t++) jacobian += 2 * (logs[t] as number);
  const plain = search(moments, 0, n, 0);
  const logged = logs ? search(moments, 1, n, jacobian) : undefined;
  const chosen = logged && logged.aicc < plain.aicc ? logged : plain;
  if (chosen.harmonics === 0 || chosen.aicc > chosen.flat - LEAST_GAIN) return undefined;
  const indices = new Float64Array(season);
  for (let k = 0; k < season; k++) {
    for (let j = 1; j <= chosen.harmonics; j++) {
      const angle = (2 * Math.PI * ((j * k) % season)) / season;
      indices[k] =
        (indices[k] as number) +
        chosen.shrinkage * ((chosen.waves[2 * j - 2] as number) * Math.sin(angle) + (chosen.waves[2 * j - 1] as number) * Math.cos(angle));
    }
  }
  return chosen === plain
    ? { kind: 'additive', indices, harmonics: chosen.harmonics, tried: most }
    : { kind: 'multiplicative', indices: indices.map(Math.exp), harmonics: chosen.harmonics, tried: most };
}

interface Search {
  readonly aicc: number;
  /** Best criterion without a season. */
  readonly flat: number;
  readonly harmonics: number;
  readonly waves: Float64Array;
  readonly shrinkage: number;
}

/**
 * Cross products of the regression's columns (1, t, waves, response, logged response) at lags 0 and 1: the normal equations of every persistence ρ follow from
 * them as A − ρ(B + Bᵀ) + ρ²C. Only the lower triangles of the symmetric ones are filled.
 */
interface LagMoments {
  readonly columns: number;
  readonly width: number;
  readonly same: Float64Array;
  readonly cross: Float64Array;
  readonly previous: Float64Array;
}

function lagMoments(values: Float64Array, logs: Float64Array | undefined, season: number, most: number): LagMoments {
  const n = values.length;
  const columns = 2 + 2 * most;
  const width = columns + 2;
  const same = new Float64Array(width * width);
  const cross = new Float64Array(width * width);
  const previous = new Float64Array(width * width);
  const sines = Float64Array.from({ length: season }, (_, k) => Math.sin((2 * Math.PI * k) / season));
  const cosines = Float64Array.from({ length: season }, (_, k) => Math.cos((2 * Math.PI * k) / season));
  let row = new Float64Array(width);
  let last = new Float64Array(width);
  for (let t = 0; t < n; t++) {
    row[0] = 1;
    row[1] = t / n;
    for (let j = 1; j <= most; j++) {
      const k = (j * t) % season;
      row[2 * j] = sines[k] as number;
      row[2 * j + 1] = cosines[k] as number;
    }
    row[columns] = values[t] as number;
    row[columns + 1] = logs ? (logs[t] as number) : 0;
    if (t > 0) {
      for (let i = 0; i < width; i++) {
        const now = row[i] as number;
        const before = last[i] as number;
        for (let k = 0; k <= i; k++) {
          const cell = i * width + k;
          same[cell] = (same[cell] as number) + now * (row[k] as number);
          previous[cell] = (previous[cell] as number) + before * (last[k] as number);
          cross[cell] = (cross[cell] as number) + now * (last[k] as number) + before * (row[k] as number);
        }
      }
    }
    [row, last] = [last, row];
  }
  return { columns, width, same, cross, previous };
}

/** The best number of waves and persistence for the response in column `columns + response`. */
function search(moments: LagMoments, response: 0 | 1, n: number, jacobian: number): Search {
  const { columns, width, same, cross, previous } = moments;
  const most = (columns - 2) / 2;
  let best: Search = {
    aicc: Number.POSITIVE_INFINITY,
    flat: Number.POSITIVE_INFINITY,
    harmonics: 0,
    waves: new Float64Array(0),
    shrinkage: 0,
  };
  let flat = Number.POSITIVE_INFINITY;
  const size = columns + 1;
  const gram = new Float64Array(size * size);
  for (const rho of PERSISTENCE) {
    for (let i = 0; i < size; i++) {
      const from = i === columns ? columns + response : i;
      for (let k = 0; k <= i; k++) {
        const cell = from * width + (k === columns ? columns + response : k);
        gram[i * size + k] = (same[cell] as number) - rho * (cross[cell] as number) + rho * rho * (previous[cell] as number);
      }
    }
    // A random walk has no intercept left.
    if (rho === 1) for (let i = 0; i < size; i++) gram[i * size] = 0;
    const { sse, factor } = nestedCholesky(gram, columns);
    for (let harmonics = 0; harmonics <= most; harmonics++) {
      const p = 2 + 2 * harmonics;
      const residual = sse[p] as number;
      const k = p + 2;
      const aicc = (n - 1) * Math.log(Math.max(residual, 1e-12) / (n - 1)) + jacobian + 2 * k + (2 * k * (k + 1)) / Math.max(1, n - k - 2);
      if (harmonics === 0) flat = Math.min(flat, aicc);
      if (aicc >= best.aicc) continue;
      const explained = (sse[2] as number) - residual;
      const ratio = harmonics > 0 ? explained / (2 * harmonics) / (Math.max(residual, 1e-12) / (n - 1 - p)) : 0;
      best = { aicc, flat, harmonics, waves: backSubstitute(factor, columns, p).subarray(2), shrinkage: ratio > 1 ? 1 - 1 / ratio : 0 };
    }
  }
  return { ...best, flat };
}

/** Cholesky of the normal equations; `sse[p]` is the residual sum of squares with the first p columns. A column that adds nothing is skipped. */
function nestedCholesky(gram: Float64Array, columns: number): { sse: Float64Array; factor: Float64Array } {
  const width = columns + 1;
  const factor = gram.slice();
  const sse = new Float64Array(width);
  for (let j = 0; j < width; j++) {
    let diagonal = factor[j * width + j] as number;
    if (j === columns) {
      sse[0] = diagonal;
      for (let k = 0; k < columns; k++) {
        diagonal -= (factor[j * width + k] as number) ** 2;
        sse[k + 1] = diagonal;
      }
      break;
    }
    for (let k = 0; k < j; k++) diagonal -= (factor[j * width + k] as number) ** 2;
    const root = diagonal > 1e-10 * (gram[j * width + j] as number) && diagonal > 0 ? Math.sqrt(diagonal) : 0;
    factor[j * width + j] = root;
    for (let i = j + 1; i < width; i++) {
      let sum = factor[i * width + j] as number;
      for (let k = 0; k < j; k++) sum -= (factor[i * width + k] as number) * (factor[j * width + k] as number);
      factor[i * width + j] = root > 0 ? sum / root : 0;
    }
  }
  return { sse, factor };
}

/** Coefficients of the first p columns. */
function backSubstitute(factor: Float64Array, columns: number, p: number): Float64Array {
  const width = columns + 1;
  const x = new Float64Array(p);
  for (let i = p - 1; i >= 0; i--) {
    let sum = factor[columns * width + i] as number;
    for (let k = i + 1; k < p; k++) sum -= (factor[k * width + i] as number) * (x[k] as number);
    const root = factor[i * width + i] as number;
    x[i] = root > 0 ? sum / root : 0;
  }
  return x;
}
