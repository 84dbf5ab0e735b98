import { invertPositiveDefinite, minimise } from '@tributary/numerics';

/** A function to minimise and its gradient. */
export interface Objective {
  readonly f: (x: readonly number[]) => number;
  readonly gradient: (x: readonly number[]) => readonly number[];
}

/** Where {@link newtonFinish} ended; the inverse Hessian is NaN on rows at a bound, and everywhere when it is not positive definite. */
export interface Finish {
  readonly x: number[];
  readonly value: number;
  readonly converged: boolean;
  readonly iterations: number;
  readonly atBound: readonly boolean[];
  readonly inverseHessian: number[][];
}

/** Gradient below which no further step is asked for, and below which a stop counts as converged. */
const WANTED = 1e-12;
const ENOUGH = 1e-7;

/**
 * Brings a rough minimum to the last digits with few evaluations: chord steps with a given curvature first, then Newton steps with forward
 * differences of the gradient (n evaluations each). Falls back on a quasi-Newton search where Newton does not descend.
 */
export const newtonFinish = (
  objective: Objective,
  start: readonly number[],
  low: number,
  high: number,
  guess?: readonly (readonly number[])[],
): Finish => {
  const n = start.length;
  let x = [...start];
  let slope = objective.gradient(x);
  let iterations = 0;
  const pinned = (i: number) =>
    ((x[i] as number) <= low && (slope[i] as number) >= 0) || ((x[i] as number) >= high && (slope[i] as number) <= 0);
  const steepness = (g: readonly number[]) => g.reduce((worst, value, i) => (pinned(i) ? worst : Math.max(worst, Math.abs(value))), 0);

  /** Inverse Hessian over the free parameters, spread over all with NaN elsewhere; nothing when not positive definite. */
  const curvature = (): number[][] | undefined => {
    const free = x.flatMap((_, i) => (pinned(i) ? [] : [i]));
    const columns = free.map((i) => {
      const h = 1e-5 * Math.max(1, Math.abs(x[i] as number));
      const moved = x.map((value, j) => (i === j ? value + h : value));
      const up = objective.gradient(moved);
      return free.map((j) => ((up[j] as number) - (slope[j] as number)) / h);
    });
    const symmetric = columns.map((column, i) => column.map((value, j) => 0.5 * (value + (columns[j]?.[i] as number))));
    if (!symmetric.every((row) => row.every(Number.isFinite))) return undefined;
    const inverse = invertPositiveDefinite(symmetric);
    return (
      inverse &&
      Array.from({ length: n }, (_, i) => Array.from({ length: n }, (__, j) => inverse[free.indexOf(i)]?.[free.indexOf(j)] ?? NaN))
    );
  };

  /** One step with a given inverse Hessian; false when the gradient did not at least halve. */
  const step = (inverse: readonly (readonly number[])[]): boolean => {
    const next = x.map((value, i) => {
      if (pinned(i)) return value;
      const move = slope.reduce(
        (sum, g, j) => (pinned(j) || Number.isNaN(inverse[i]?.[j]) ? sum : sum + (inverse[i]?.[j] as number) * g),
        0,
      );
      return Math.min(high, Math.max(low, value - Math.max(-1, Math.min(1, move))));
    });
    const after = objective.gradient(next);
    if (!after.every(Number.isFinite) || !(steepness(after) <= 0.5 * steepness(slope))) return false;
    x = next;
    slope = after;
    iterations += 1;
    return true;
  };

  if (guess) for (let i = 0; i < 12 && steepness(slope) > 1e-6; i += 1) if (!step(guess)) break;
  let inverse: number[][] | undefined;
  for (let round = 0; round < 8; round += 1) {
    inverse = curvature();
    const before = steepness(slope);
    if (before <= WANTED) break;
    let moved = false;
    if (inverse) for (let i = 0; i < 4 && steepness(slope) > WANTED && step(inverse); i += 1) moved = true;
    // Within 1e-9 a chord step changes the curvature by less than its own error.
    if (steepness(slope) <= 1e-9) break;
    if (moved) continue;
    const found = minimise({
      ...objective,
      start: x,
      lower: x.map(() => low),
      upper: x.map(() => high),
      gradientTolerance: 1e-10,
      valueTolerance: 1e-15,
      maxIterations: 300,
    });
    iterations += found.iterations;
    [x, slope] = [found.x, found.gradient];
    if (!(steepness(slope) < 0.9 * before)) {
      inverse = curvature();
      break;
    }
  }
  return {
    x,
    value: objective.f(x),
    converged: steepness(slope) <= ENOUGH,
    iterations,
    atBound: x.map((value) => value <= low || value >= high),
    inverseHessian: inverse ?? x.map(() => x.map(() => NaN)),
  };
};
