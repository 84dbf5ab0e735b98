import { invertPositiveDefinite } from './linear-algebra.ts';

/** The Hessian of f at x: central differences of the gradient when one is given, else of f. Symmetric; steps 1e-4 (1e-5) of each coordinate. */
export const numericHessian = (
  f: (x: readonly number[]) => number,
  x: readonly number[],
  gradient?: (x: readonly number[]) => readonly number[],
): number[][] => {
  const n = x.length;
  const h = x.map((value) => (gradient ? 1e-5 : 1e-4) * Math.max(Math.abs(value), 1e-3));
  const moved = (...shifts: readonly (readonly [number, number])[]) => {
    const out = [...x];
    for (const [i, sign] of shifts) out[i] = (out[i] as number) + sign * (h[i] as number);
    return out;
  };
  if (gradient) {
    const columns = x.map((_, i) => {
      const up = gradient(moved([i, 1]));
      const down = gradient(moved([i, -1]));
      return up.map((value, j) => (value - (down[j] as number)) / (2 * (h[i] as number)));
    });
    return columns.map((column, i) => column.map((value, j) => 0.5 * (value + (columns[j]?.[i] as number))));
  }
  const centre = f(x);
  const out = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  for (let i = 0; i < n; i += 1) {
    const hi = h[i] as number;
    (out[i] as number[])[i] = (f(moved([i, 1])) - 2 * centre + f(moved([i, -1]))) / (hi * hi);
    for (let j = 0; j < i; j += 1) {
      const mixed = f(moved([i, 1], [j, 1])) - f(moved([i, 1], [j, -1])) - f(moved([i, -1], [j, 1])) + f(moved([i, -1], [j, -1]));
      (out[i] as number[])[j] = mixed / (4 * hi * (h[j] as number));
      (out[j] as number[])[i] = (out[i] as number[])[j] as number;
    }
  }
  return out;
};

/** The inverse Hessian at a minimum of a negative log-likelihood: the asymptotic covariance. Nothing when the Hessian is not positive definite. */
export const invertHessian = (
  f: (x: readonly number[]) => number,
  x: readonly number[],
  gradient?: (x: readonly number[]) => readonly number[],
): number[][] | undefined => {
  const hessian = numericHessian(f, x, gradient);
  return hessian.every((row) => row.every(Number.isFinite)) ? invertPositiveDefinite(hessian) : undefined;
};
