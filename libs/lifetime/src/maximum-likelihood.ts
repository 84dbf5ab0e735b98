import { minimise } from '@tributary/numerics';
import type { Minimum } from '@tributary/numerics';
import { newtonFinish } from './newton-finish.ts';
import type { Objective } from './newton-finish.ts';
import { refuse } from './refusal.ts';
import type { Refusal } from './refusal.ts';

/** A fitted model: parameters by their usual letters and what is known about the fit. Plain data, fit for storing. */
export interface Fit<Model extends string, Name extends string> {
  readonly model: Model;
  readonly params: Readonly<Record<Name, number>>;
  /** Asymptotic standard errors; null for a parameter that sits on a bound or that the data do not determine. */
  readonly standardErrors: Readonly<Record<Name, number | null>>;
  readonly logLikelihood: number;
  /** True when the gradient vanished at an interior optimum, or at a bound that `atBound` names. */
  readonly converged: boolean;
  readonly iterations: number;
  /** Rows that entered the likelihood. */
  readonly customers: number;
  /** Parameters that ran into their bound: the data ask for a limit of the model (see docs/models/lifetime.md). */
  readonly atBound: readonly Name[];
}

/** A log-likelihood over positive parameters: returns its value and writes its gradient by parameter. */
export type LogLikelihood = (theta: Float64Array, gradient: Float64Array) => number;

/** A shape parameter's box: a gamma or beta spread of 1 % (shape 10⁴) is no spread, one of 10⁻⁶ has everybody at an end. */
export const SHAPE = [1e-6, 1e4] as const;
/** A scale parameter's box: wide, because it follows its shape. */
export const SCALE = [1e-12, 1e12] as const;

/** A standard error of the logarithm above this means that the data say nothing of the parameter. */
const UNDETERMINED = 100;

/** What {@link maximise} needs to know. */
export interface LikelihoodProblem<Model extends string, Name extends string> {
  readonly model: Model;
  readonly names: readonly Name[];
  readonly customers: number;
  readonly logLikelihood: LogLikelihood;
  /** Starting values; every one is tried and the best optimum is kept. */
  readonly starts: readonly (readonly number[])[];
  /** A cheaper likelihood of the same shape (a thinned sample) on which the starts are tried first. */
  readonly rehearsal?: { readonly logLikelihood: LogLikelihood; readonly customers: number } | undefined;
  /** Factors back to the caller's units, one a parameter, and the log-likelihood's change of variable. */
  readonly unscale?: { readonly factors: readonly number[]; readonly logLikelihood: number } | undefined;
  /** The box of each parameter in scaled units, [lower, upper]; see {@link SHAPE} and {@link SCALE}. */
  readonly box: readonly (readonly [number, number])[];
}

/** Minus the mean log-likelihood over u = ln θ, remembering the last point because the optimiser asks for value and slope in turn. */
const objectiveOf = (logLikelihood: LogLikelihood, size: number, customers: number): Objective => {
  const theta = new Float64Array(size);
  const slope = new Float64Array(size);
  let at: readonly number[] = [];
  let value = NaN;
  const visit = (u: readonly number[]) => {
    if (u.length === at.length && u.every((ui, i) => ui === at[i])) return;
    u.forEach((ui, i) => (theta[i] = Math.exp(ui)));
    value = -logLikelihood(theta, slope) / customers;
    at = [...u];
  };
  return {
    f: (u) => {
      visit(u);
      return value;
    },
    gradient: (u) => {
      visit(u);
      return Array.from(theta, (t, i) => (-t * (slope[i] as number)) / customers);
    },
  };
};

/**
 * Maximum likelihood over positive parameters, searched in their logarithms inside a box from several starts: quasi-Newton to a few digits, then Newton to the last ones. Standard errors are the delta method on the inverse Hessian of the
 * log parameters (Casella & Berger 2002, 10.1.3).
 */
export const maximise = <Model extends string, Name extends string>(
  problem: LikelihoodProblem<Model, Name>,
): Fit<Model, Name> | Refusal => {
  const { names, customers, starts, unscale } = problem;
  const size = names.length;
  const box = { lower: problem.box.map(([low]) => Math.log(low)), upper: problem.box.map(([, high]) => Math.log(high)) };
  const whole = objectiveOf(problem.logLikelihood, size, customers);
  const first = problem.rehearsal ? objectiveOf(problem.rehearsal.logLikelihood, size, problem.rehearsal.customers) : whole;
  const tried = starts
    .map((start) => start.map((value, i) => Math.min(box.upper[i] as number, Math.max(box.lower[i] as number, Math.log(value)))))
    .filter((start) => Number.isFinite(first.f(start)))
    .map((start) => minimise({ ...first, start, ...box, gradientTolerance: 1e-5, valueTolerance: 1e-12, maxIterations: 120 }));
  const best = tried.reduce<Minimum | undefined>(
    (lowest, next) => (lowest === undefined || next.value < lowest.value ? next : lowest),
    undefined,
  );
  if (best === undefined) return refuse('starts', 'no-optimum', `the ${problem.model} likelihood is not finite at any starting value`);

  // On a sample the last digits are noise, but its curvature serves the whole.
  const rehearsed = problem.rehearsal ? newtonFinish(first, best.x, box) : undefined;
  const end = newtonFinish(whole, rehearsed?.x ?? best.x, box, rehearsed?.hessian);
  const factors = unscale?.factors ?? new Array<number>(size).fill(1);
  const params = end.x.map((u, i) => Math.exp(u) * (factors[i] as number));
  const errors = params.map((value, i) => {
    const relative = Math.sqrt((end.variances[i] as number) / customers);
    return relative > 0 && relative < UNDETERMINED ? value * relative : null;
  });
  const logLikelihood = -end.value * customers + (unscale?.logLikelihood ?? 0);
  if (!params.every((value) => Number.isFinite(value) && value > 0) || !Number.isFinite(logLikelihood)) {
    return refuse('starts', 'no-optimum', `the ${problem.model} likelihood has no finite optimum on these data`);
  }
  const named = <V>(values: readonly V[]) => Object.fromEntries(names.map((name, i) => [name, values[i]])) as Record<Name, V>;
  return {
    model: problem.model,
    params: named(params),
    standardErrors: named(errors),
    logLikelihood,
    converged: end.converged,
    iterations: tried.reduce((sum, { iterations }) => sum + iterations, 0) + (rehearsed?.iterations ?? 0) + end.iterations,
    customers,
    atBound: names.filter((_, i) => end.atBound[i]),
  };
};
