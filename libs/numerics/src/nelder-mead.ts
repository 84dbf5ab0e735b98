import { DomainError } from './domain-error.ts';
import type { Minimum } from './minimise.ts';

/** Options of {@link nelderMead}; arrays have one entry a parameter. */
export interface SimplexProblem {
  /** The objective; a value that is not finite counts as +∞. */
  readonly f: (x: readonly number[]) => number;
  readonly start: readonly number[];
  readonly lower?: readonly number[] | undefined;
  readonly upper?: readonly number[] | undefined;
  /** First edge of the simplex, default 5 % of each coordinate (0.00025 at zero). */
  readonly step?: number | undefined;
  /** Stop when all vertices' values agree to this share of |f|. Default 1e-10. */
  readonly valueTolerance?: number | undefined;
  /** … and all coordinates to this share of max(1, |x|). Default 1e-8. */
  readonly stepTolerance?: number | undefined;
  /** Evaluations allowed, default 200 a parameter. */
  readonly maxEvaluations?: number | undefined;
}

/**
 * The downhill simplex of Nelder & Mead (1965) with the dimension-adaptive coefficients of Gao & Han (2012); points are clamped to the box.
 * For functions without a usable gradient. Throws {@link DomainError} on an empty or non-finite start.
 */
export const nelderMead = (problem: SimplexProblem): Omit<Minimum, 'gradient' | 'inverseHessian'> => {
  const { f, start, lower = [], upper = [], valueTolerance = 1e-10, stepTolerance = 1e-8 } = problem;
  const n = start.length;
  if (n === 0 || !start.every(Number.isFinite))
    throw new DomainError('nelderMead', 'start', String(start), 'a non-empty list of finite numbers');
  const maxEvaluations = problem.maxEvaluations ?? 200 * n;
  const [expand, contract, shrink] = n > 1 ? [1 + 2 / n, 0.75 - 1 / (2 * n), 1 - 1 / n] : [2, 0.5, 0.5];
  const clamp = (x: readonly number[]) => x.map((value, i) => Math.min(Math.max(value, lower[i] ?? -Infinity), upper[i] ?? Infinity));
  let evaluations = 0;
  const vertex = (point: readonly number[]) => {
    const x = clamp(point);
    evaluations += 1;
    const value = f(x);
    return { x, value: Number.isNaN(value) ? Infinity : value };
  };
  const base = clamp(start);
  let simplex = [vertex(base)];
  for (let i = 0; i < n; i += 1) {
    const edge = problem.step ?? (base[i] === 0 ? 0.00025 : 0.05 * Math.abs(base[i] as number));
    const shifted = base.map((value, j) => (i === j ? value + edge : value));
    // An edge that the box swallows is taken in the other direction.
    const blocked = clamp(shifted)[i] === base[i];
    simplex.push(vertex(blocked ? base.map((value, j) => (i === j ? value - edge : value)) : shifted));
  }
  let iterations = 0;
  let converged = false;
  while (evaluations < maxEvaluations) {
    simplex.sort((left, right) => left.value - right.value);
    const best = simplex[0] as (typeof simplex)[number];
    const worst = simplex[n] as (typeof simplex)[number];
    const spread = worst.value - best.value;
    const width = Math.max(
      ...simplex.map(({ x }) =>
        Math.max(...x.map((value, i) => Math.abs(value - (best.x[i] as number)) / Math.max(1, Math.abs(best.x[i] as number)))),
      ),
    );
    if (spread <= valueTolerance * Math.abs(best.value) + 1e-300 && width <= stepTolerance) {
      converged = true;
      break;
    }
    iterations += 1;
    const centre = base.map((_, i) => simplex.slice(0, n).reduce((sum, { x }) => sum + (x[i] as number), 0) / n);
    const along = (t: number) => vertex(centre.map((c, i) => c + t * (c - (worst.x[i] as number))));
    const reflected = along(1);
    if (reflected.value < best.value) {
      const expanded = along(expand);
      simplex[n] = expanded.value < reflected.value ? expanded : reflected;
    } else if (reflected.value < (simplex[n - 1] as (typeof simplex)[number]).value) {
      simplex[n] = reflected;
    } else {
      const contracted = along(reflected.value < worst.value ? contract : -contract);
      if (contracted.value < Math.min(reflected.value, worst.value)) simplex[n] = contracted;
      else
        simplex = simplex.map((item, index) =>
          index === 0 ? item : vertex(best.x.map((b, i) => b + shrink * ((item.x[i] as number) - b))),
        );
    }
  }
  simplex.sort((left, right) => left.value - right.value);
  const { x, value } = simplex[0] as (typeof simplex)[number];
  return { x, value, iterations, evaluations, converged };
};
