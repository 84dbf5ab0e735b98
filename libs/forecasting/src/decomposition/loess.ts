/**
 * Local linear (degree 1) or constant (degree 0) regression at evenly spaced points with tricube weights over the `window` nearest of them (Cleveland et al. 1990, section 2; the
 * conventions of the authors' Fortran: a window longer than the data is widened, a degenerate one falls back to the weighted mean).
 * Writes the fit at positions −before, …, n − 1 + after to `out`, which has n + before + after entries.
 */
export function loess(
  y: Float64Array,
  window: number,
  out: Float64Array,
  before = 0,
  after = 0,
  robustness?: Float64Array,
  degree: 0 | 1 = 1,
): void {
  const n = y.length;
  for (let i = 0; i < n + before + after; i++) out[i] = loessAt(y, window, i - before, robustness, degree);
}

function loessAt(y: Float64Array, window: number, x: number, robustness: Float64Array | undefined, degree: 0 | 1): number {
  const n = y.length;
  if (n < 2) return y[0] ?? 0;
  const width = Math.min(window, n);
  const left = Math.max(0, Math.min(x - (width >> 1), n - width));
  const right = left + width - 1;
  let reach = Math.max(x - left, right - x);
  if (window > n) reach += (window - n) >> 1;
  const flat = 0.001 * reach;
  const edge = 0.999 * reach;
  // Sums of w, w·d, w·d², w·y, w·d·y with d = position − x.
  let w0 = 0;
  let w1 = 0;
  let w2 = 0;
  let v0 = 0;
  let v1 = 0;
  for (let j = left; j <= right; j++) {
    const d = j - x;
    const r = d < 0 ? -d : d;
    if (r > edge) continue;
    let w = 1;
    if (r > flat) {
      const ratio = r / reach;
      const cube = 1 - ratio * ratio * ratio;
      w = cube * cube * cube;
    }
    if (robustness) w *= robustness[j] as number;
    const value = w * (y[j] as number);
    w0 += w;
    w1 += w * d;
    w2 += w * d * d;
    v0 += value;
    v1 += value * d;
  }
  if (!(w0 > 0)) return y[Math.max(0, Math.min(n - 1, x))] as number;
  if (degree === 0) return v0 / w0;
  const centre = w1 / w0;
  const variance = w2 / w0 - centre * centre;
  if (!(Math.sqrt(Math.max(0, variance)) > 0.001 * (n - 1))) return v0 / w0;
  const slope = (v1 / w0 - (centre * v0) / w0) / variance;
  return v0 / w0 - slope * centre;
}
