import { DomainError } from './domain-error.ts';

/** What to minimise, from where, and within which box. Arrays have one entry a parameter. */
export interface Problem {
  /** The objective. A value that is not finite means "outside the domain": the step is shortened. */
  readonly f: (x: readonly number[]) => number;
  /** Its gradient; central differences are taken when it is missing. */
  readonly gradient?: ((x: readonly number[]) => readonly number[]) | undefined;
  readonly start: readonly number[];
  readonly lower?: readonly number[] | undefined;
  readonly upper?: readonly number[] | undefined;
  /** Stop when no component of the projected gradient exceeds this. Default 1e-8. */
  readonly gradientTolerance?: number | undefined;
  /** Stop when f falls by less than this share of |f| + 1e-300 three steps running. Default 1e-14; such a stop counts as converged only if the gradient is small for f's noise. */
  readonly valueTolerance?: number | undefined;
  /** Default 500. */
  readonly maxIterations?: number | undefined;
  /** A first guess of the inverse Hessian, from a related fit. */
  readonly inverseHessian?: readonly (readonly number[])[] | undefined;
}

/** Where the search ended. `converged` is false when the limit was reached or no step lowered f while the gradient was still large. */
export interface Minimum {
  readonly x: number[];
  readonly value: number;
  readonly gradient: number[];
  readonly iterations: number;
  readonly evaluations: number;
  readonly converged: boolean;
  readonly inverseHessian: number[][];
}

const identity = (n: number, scale: number): number[][] =>
  Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => (i === j ? scale : 0)));
const dot = (a: readonly number[], b: readonly number[]): number => a.reduce((sum, value, i) => sum + value * (b[i] as number), 0);

/** Central differences with steps that stay inside the box. */
export const numericGradient = (
  f: (x: readonly number[]) => number,
  x: readonly number[],
  lower: readonly number[] = [],
  upper: readonly number[] = [],
): number[] =>
  x.map((value, i) => {
    const h = 6.055e-6 * Math.max(Math.abs(value), 1e-2);
    const up = [...x];
    const down = [...x];
    up[i] = Math.min(value + h, upper[i] ?? Infinity);
    down[i] = Math.max(value - h, lower[i] ?? -Infinity);
    const width = (up[i] as number) - (down[i] as number);
    return width > 0 ? (f(up) - f(down)) / width : 0;
  });

/**
 * A local minimum of a smooth function inside a box: BFGS on the free variables with an active set for the bounds and a projected
 * backtracking line search with quadratic interpolation (Nocedal & Wright 2006, ch. 3, 6.1, 16.7). Meant for up to a few dozen parameters.
 * Throws {@link DomainError} when the start is not finite, the box is empty or f is not finite at the start.
 */
export const minimise = (problem: Problem): Minimum => {
  const { f, start, lower = [], upper = [], gradientTolerance = 1e-8, valueTolerance = 1e-14, maxIterations = 500 } = problem;
  const n = start.length;
  const clamp = (x: readonly number[]) => x.map((value, i) => Math.min(Math.max(value, lower[i] ?? -Infinity), upper[i] ?? Infinity));
  start.forEach((value, i) => {
    if (!Number.isFinite(value)) throw new DomainError('minimise', `start[${i}]`, value, 'a finite number');
    if ((lower[i] ?? -Infinity) > (upper[i] ?? Infinity)) throw new DomainError('minimise', `lower[${i}]`, lower[i], 'at most upper');
  });
  let evaluations = 0;
  const evaluate = (x: readonly number[]) => {
    evaluations += 1;
    const value = f(x);
    return Number.isFinite(value) ? value : Infinity;
  };
  const slope = problem.gradient
    ? (x: readonly number[]) => [...(problem.gradient as (x: readonly number[]) => readonly number[])(x)]
    : (x: readonly number[]) => numericGradient(evaluate, x, lower, upper);

  let x = clamp(start);
  let value = evaluate(x);
  if (value === Infinity) throw new DomainError('minimise', 'f(start)', value, 'finite');
  let gradient = slope(x);
  let inverse = problem.inverseHessian ? problem.inverseHessian.map((row) => [...row]) : identity(n, 0);
  let fresh = problem.inverseHessian === undefined;
  let flat = 0;
  let iterations = 0;

  const pinned = (i: number) =>
    ((x[i] as number) <= (lower[i] ?? -Infinity) && (gradient[i] as number) > 0) ||
    ((x[i] as number) >= (upper[i] ?? Infinity) && (gradient[i] as number) < 0);
  const steepness = () => gradient.reduce((worst, g, i) => (pinned(i) ? worst : Math.max(worst, Math.abs(g))), 0);
  const done = (converged: boolean): Minimum => ({ x, value, gradient, iterations, evaluations, converged, inverseHessian: inverse });
  // Rounding of f limits what a gradient can reach; a stalled search within this band has converged.
  const closeEnough = () =>
    steepness() <= Math.max(gradientTolerance, 1e-5 * Math.max(1, Math.abs(value)) * Math.sqrt(valueTolerance / 1e-14));

  for (; iterations < maxIterations; iterations += 1) {
    if (steepness() <= gradientTolerance) return done(true);
    const free = x.map((_, i) => !pinned(i));
    if (fresh) inverse = identity(n, Math.min(1, 1 / Math.max(steepness(), 1e-12)));
    let direction = x.map((_, i) =>
      free[i] ? -(inverse[i] as number[]).reduce((sum, h, j) => (free[j] ? sum + h * (gradient[j] as number) : sum), 0) : 0,
    );
    if (!(dot(direction, gradient) < 0)) {
      inverse = identity(n, Math.min(1, 1 / Math.max(steepness(), 1e-12)));
      fresh = true;
      direction = x.map((_, i) => (free[i] ? -(inverse[i]?.[i] as number) * (gradient[i] as number) : 0));
    }
    let step = 1;
    let next = x;
    let nextValue = Infinity;
    let accepted = false;
    for (let trial = 0; trial < 60; trial += 1) {
      next = clamp(x.map((xi, i) => xi + step * (direction[i] as number)));
      const predicted = dot(
        gradient,
        next.map((xi, i) => xi - (x[i] as number)),
      );
      if (predicted === 0) break;
      nextValue = evaluate(next);
      if (nextValue <= value + 1e-4 * predicted) {
        accepted = true;
        break;
      }
      const curved = nextValue === Infinity ? 0.2 : -predicted / (2 * (nextValue - value - predicted));
      step *= Math.min(0.5, Math.max(0.1, Number.isFinite(curved) ? curved : 0.5));
    }
    if (!accepted) {
      if (fresh) return done(closeEnough());
      fresh = true;
      continue;
    }
    const nextGradient = slope(next);
    if (!nextGradient.every(Number.isFinite)) return done(false);
    const s = next.map((xi, i) => xi - (x[i] as number));
    const y = nextGradient.map((g, i) => g - (gradient[i] as number));
    const fall = value - nextValue;
    const wasFresh = fresh && problem.inverseHessian === undefined;
    [x, value, gradient] = [next, nextValue, nextGradient];
    const curvature = dot(s, y);
    if (curvature > 1e-12 * Math.sqrt(dot(s, s) * dot(y, y))) {
      if (wasFresh) inverse = identity(n, curvature / dot(y, y));
      update(inverse, s, y, curvature);
      fresh = false;
    }
    flat = fall <= valueTolerance * (Math.abs(value) + 1e-300) ? flat + 1 : 0;
    if (flat >= 3) {
      iterations += 1;
      return done(closeEnough());
    }
  }
  return done(steepness() <= gradientTolerance);
};

/** The BFGS update of the inverse Hessian, Nocedal & Wright (6.17), in place. */
const update = (inverse: number[][], s: readonly number[], y: readonly number[], curvature: number): void => {
  const hy = inverse.map((row) => dot(row, y));
  const factor = 1 + dot(y, hy) / curvature;
  inverse.forEach((row, i) => {
    for (let j = 0; j < s.length; j += 1) {
      row[j] =
        (row[j] as number) +
        (factor * (s[i] as number) * (s[j] as number) - (hy[i] as number) * (s[j] as number) - (s[i] as number) * (hy[j] as number)) /
          curvature;
    }
  });
};
