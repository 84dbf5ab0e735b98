import { cholesky, choleskySolve, invertPositiveDefinite, minimise } from '@tributary/numerics';

/** A function to minimise and its gradient. */
export interface Objective {
  readonly f: (x: readonly number[]) => number;
  readonly gradient: (x: readonly number[]) => readonly number[];
}

/** Bounds of each coordinate. */
export interface Box {
  readonly lower: readonly number[];
  readonly upper: readonly number[];
}

/** Where {@link newtonFinish} ended. */
export interface Finish {
  readonly x: number[];
  readonly value: number;
  readonly converged: boolean;
  readonly iterations: number;
  readonly atBound: readonly boolean[];
  /** The Hessian near x, over all coordinates. */
  readonly hessian: number[][];
  /** Diagonal of its inverse over the coordinates off their bounds; NaN on a bound, and everywhere when it is not positive definite. */
  readonly variances: number[];
}

/** Gradient below which no further step is asked for, and below which a stop counts as converged. */
const WANTED = 1e-12;
const ENOUGH = 1e-7;
const LONGEST_STEP = 2;
/** How far rounding may lift a likelihood of huge shapes, as a share of it. */
const NOISE = 1e-9;

/**
 * Brings a rough minimum to the last digits with few evaluations: chord steps with a given Hessian first, then Newton steps with forward differences
 * of the gradient (n evaluations each). Falls back on a quasi-Newton search where Newton does not descend.
 */
export const newtonFinish = (objective: Objective, start: readonly number[], box: Box, guess?: readonly (readonly number[])[]): Finish => {
  let x = clamp(start, box);
  let slope: readonly number[] = objective.gradient(x);
  let iterations = 0;

  /** One step with a given Hessian; false when the gradient did not at least halve (the value not fall, where a bound is met). */
  const step = (hessian: readonly (readonly number[])[]): boolean => {
    const move = direction(hessian, x, slope, box);
    if (move === undefined) return false;
    const next = clamp(
      x.map((at, i) => at + (move[i] as number)),
      box,
    );
    const value = objective.f(next);
    const after = objective.gradient(next);
    if (!Number.isFinite(value) || !after.every(Number.isFinite)) return false;
    // Arriving at a bound changes which slopes count, so there only the value can be compared.
    const arrives = next.some((at, i) => at !== x[i] && onBound(at, i, box));
    const better = arrives
      ? value <= objective.f(x) + NOISE * Math.max(1, Math.abs(value))
      : steepness(next, after, box) <= 0.5 * steepness(x, slope, box);
    if (!better) return false;
    x = next;
    slope = after;
    iterations += 1;
    return true;
  };

  if (guess) for (let i = 0; i < 12 && steepness(x, slope, box) > 1e-6; i += 1) if (!step(guess)) break;
  let hessian = hessianAt(objective, x, slope, box);
  for (let round = 0; round < 20; round += 1) {
    const before = steepness(x, slope, box);
    if (before <= WANTED) break;
    let moved = false;
    for (let i = 0; i < 4 && steepness(x, slope, box) > WANTED && step(hessian); i += 1) moved = true;
    if (!moved) {
      const found = minimise({ ...objective, start: x, ...box, gradientTolerance: 1e-10, valueTolerance: 1e-15, maxIterations: 300 });
      iterations += found.iterations;
      [x, slope] = [found.x, found.gradient];
    }
    // So close by, a chord step changes the curvature by less than its own error.
    if (moved && steepness(x, slope, box) <= 1e-11) break;
    hessian = hessianAt(objective, x, slope, box);
    if (!moved && !(steepness(x, slope, box) < 0.9 * before)) break;
  }
  const inside = x.flatMap((value, i) => (onBound(value, i, box) ? [] : [i]));
  const inverse = invertPositiveDefinite(inside.map((i) => inside.map((j) => hessian[i]?.[j] as number)));
  return {
    x,
    value: objective.f(x),
    converged: steepness(x, slope, box) <= ENOUGH,
    iterations,
    atBound: x.map((value, i) => onBound(value, i, box)),
    hessian,
    variances: x.map((_, i) => inverse?.[inside.indexOf(i)]?.[inside.indexOf(i)] ?? NaN),
  };
};

const onBound = (value: number, i: number, box: Box): boolean => value <= (box.lower[i] as number) || value >= (box.upper[i] as number);

const clamp = (x: readonly number[], box: Box): number[] =>
  x.map((value, i) => Math.min(box.upper[i] as number, Math.max(box.lower[i] as number, value)));

/** Whether a push along one coordinate leads out of the box at once. */
const blocked = (at: number, push: number, i: number, box: Box): boolean =>
  (at <= (box.lower[i] as number) && push <= 0) || (at >= (box.upper[i] as number) && push >= 0);

/** The largest slope that is not held by a bound. */
const steepness = (x: readonly number[], slope: readonly number[], box: Box): number =>
  slope.reduce((worst, g, i) => (blocked(x[i] as number, -g, i, box) ? worst : Math.max(worst, Math.abs(g))), 0);

/** Forward differences of the gradient, backward next to an upper bound, made symmetric. */
const hessianAt = (objective: Objective, x: readonly number[], slope: readonly number[], box: Box): number[][] => {
  const columns = x.map((value, i) => {
    const size = 1e-5 * Math.max(1, Math.abs(value));
    const h = value + size > (box.upper[i] as number) ? -size : size;
    const moved = objective.gradient(x.map((other, j) => (i === j ? value + h : other)));
    return moved.map((g, j) => (g - (slope[j] as number)) / h);
  });
  return columns.map((column, i) => column.map((value, j) => 0.5 * (value + (columns[j]?.[i] as number))));
};

/**
 * The Newton step over the coordinates that no bound holds, shortened to LONGEST_STEP and to where it first meets a bound (clipping it there would bend it
 * away from descent). A coordinate on its bound that the step would push out is held too, and the step taken anew. Nothing when no step is left.
 */
const direction = (
  hessian: readonly (readonly number[])[],
  x: readonly number[],
  slope: readonly number[],
  box: Box,
): number[] | undefined => {
  let free = x.flatMap((at, i) => (blocked(at, -(slope[i] as number), i, box) ? [] : [i]));
  while (free.length > 0) {
    const solved = newton(
      free.map((i) => free.map((j) => hessian[i]?.[j] as number)),
      free.map((i) => -(slope[i] as number)),
    );
    if (solved === undefined) return undefined;
    const held = free.filter((i, row) => blocked(x[i] as number, solved[row] as number, i, box));
    if (held.length > 0) {
      free = free.filter((i) => !held.includes(i));
      continue;
    }
    const length = Math.max(1, Math.max(...solved.map(Math.abs)) / LONGEST_STEP);
    const reach = solved.reduce((least, move, row) => {
      const i = free[row] as number;
      const room = ((move > 0 ? (box.upper[i] as number) : (box.lower[i] as number)) - (x[i] as number)) / (move / length);
      return move === 0 ? least : Math.min(least, room);
    }, 1);
    const step = new Array<number>(x.length).fill(0);
    free.forEach((i, row) => (step[i] = ((solved[row] as number) / length) * reach));
    return step;
  }
  return undefined;
};

/** hessian⁻¹ · right; where it is not positive definite a ridge is added until it is. */
const newton = (hessian: readonly (readonly number[])[], right: readonly number[]): number[] | undefined => {
  if (!hessian.every((row) => row.every(Number.isFinite))) return undefined;
  const size = Math.max(1e-12, ...hessian.flat().map(Math.abs));
  for (let ridge = 0; ridge < 10; ridge = ridge === 0 ? 1e-9 : ridge * 10) {
    const lower = cholesky(hessian.map((row, i) => row.map((value, j) => (i === j ? value + ridge * size : value))));
    if (lower) return choleskySolve(lower, right);
  }
  return undefined;
};
