import { solve } from '@tributary/numerics';

/**
 * Exact one-step prediction of a stationary ARMA process from its finite past: the innovations algorithm on Ansley's (1979) transformed process
 * (Brockwell and Davis 1991, section 5.3). `theta[t · width + j − 1]` is the weight θ_{tj} of the innovation j steps back in the prediction of x_t (t from 0).
 */
export interface ArmaInnovations {
  /** x_t less its best prediction from x_0 … x_{t−1}. */
  readonly errors: Float64Array;
  /** Variance of each such error, in units of the innovation variance. Falls to one. */
  readonly variances: Float64Array;
  readonly theta: Float64Array;
  readonly width: number;
  /** −2/n · log-likelihood with the innovation variance concentrated out, less 1 + log 2π. */
  readonly deviance: number;
  /** Σ errors² / variances / n: the innovation variance. */
  readonly variance: number;
}

/**
 * Innovations of x under x_t = Σ arᵢ x_{t−i} + e_t + Σ maⱼ e_{t−j}. Rows of `theta` go on for `ma.length` steps past the data, for forecasts.
 * `undefined` where the process is not stationary to working precision.
 */
export function armaInnovations(x: Float64Array, ar: Float64Array, ma: Float64Array): ArmaInnovations | undefined {
  const n = x.length;
  const [p, q] = [ar.length, ma.length];
  const width = Math.max(p, q, 1);
  const gamma = autocovariances(ar, ma, 2 * width);
  if (!gamma) return undefined;
  const phi = (i: number): number => ar[i - 1] as number;
  const weight = (j: number): number => (j === 0 ? 1 : (ma[j - 1] as number));
  // Covariances of the transformed process: both times early, one early, both late (eq. 5.3.5).
  const mixed = new Float64Array(2 * width);
  const late = new Float64Array(q + 1);
  for (let d = 0; d < 2 * width; d++) {
    let sum = gamma[d] as number;
    for (let r = 1; r <= p; r++) sum -= phi(r) * (gamma[Math.abs(r - d)] as number);
    mixed[d] = sum;
  }
  for (let d = 0; d <= q; d++) for (let r = 0; r + d <= q; r++) late[d] = (late[d] as number) + weight(r) * weight(r + d);
  const kappa = (i: number, j: number): number => {
    const d = i - j;
    if (i < width) return gamma[d] as number;
    if (j < width) return i < 2 * width ? (mixed[d] as number) : 0;
    return d <= q ? (late[d] as number) : 0;
  };

  const rows = n + q;
  const theta = new Float64Array(rows * width);
  const variances = new Float64Array(rows);
  const errors = new Float64Array(n);
  let logs = 0;
  let squares = 0;
  for (let t = 0; t < rows; t++) {
    // From `width` on the transformed process is a moving average: its predictions look back q steps.
    const first = t < width ? 0 : Math.max(0, t - q);
    const row = t * width;
    let v = kappa(t, t);
    for (let k = first; k < t; k++) {
      let sum = kappa(t, k);
      const earlier = k * width;
      for (let j = Math.max(first, k < width ? 0 : k - q); j < k; j++)
        sum -= (theta[earlier + k - j - 1] as number) * (theta[row + t - j - 1] as number) * (variances[j] as number);
      const value = sum / (variances[k] as number);
      theta[row + t - k - 1] = value;
      v -= value * value * (variances[k] as number);
    }
    if (!(v > 1e-10)) return undefined;
    variances[t] = v;
    if (t >= n) continue;
    let prediction = 0;
    for (let k = first; k < t; k++) prediction += (theta[row + t - k - 1] as number) * (errors[k] as number);
    if (t >= width) for (let i = 1; i <= p; i++) prediction += phi(i) * (x[t - i] as number);
    const e = (x[t] as number) - prediction;
    errors[t] = e;
    logs += Math.log(v);
    squares += (e * e) / v;
  }
  return { errors, variances, theta, width, variance: squares / n, deviance: Math.log(Math.max(squares / n, 1e-30)) + logs / n };
}

/** γ(0) … γ(last) of an ARMA process with innovations of variance one (Brockwell and Davis 1991, section 3.3, second method). */
export function autocovariances(ar: Float64Array, ma: Float64Array, last: number): Float64Array | undefined {
  const [p, q] = [ar.length, ma.length];
  const psi = new Float64Array(q + 1);
  for (let j = 0; j <= q; j++) {
    let value = j === 0 ? 1 : (ma[j - 1] as number);
    for (let i = 1; i <= Math.min(p, j); i++) value += (ar[i - 1] as number) * (psi[j - i] as number);
    psi[j] = value;
  }
  const right = (k: number): number => {
    let sum = 0;
    for (let j = k; j <= q; j++) sum += (j === 0 ? 1 : (ma[j - 1] as number)) * (psi[j - k] as number);
    return sum;
  };
  const system = Array.from({ length: p + 1 }, (_, k) => {
    const row = new Array<number>(p + 1).fill(0);
    row[k] = 1;
    for (let i = 1; i <= p; i++) row[Math.abs(k - i)] = (row[Math.abs(k - i)] as number) - (ar[i - 1] as number);
    return row;
  });
  const start = solve(
    system,
    system.map((_, k) => right(k)),
  );
  if (!start || !((start[0] as number) > 0) || !Number.isFinite(start[0])) return undefined;
  const gamma = new Float64Array(Math.max(last, p) + 1);
  gamma.set(start);
  for (let k = p + 1; k <= last; k++) {
    let value = right(k);
    for (let i = 1; i <= p; i++) value += (ar[i - 1] as number) * (gamma[k - i] as number);
    gamma[k] = value;
  }
  return gamma;
}
