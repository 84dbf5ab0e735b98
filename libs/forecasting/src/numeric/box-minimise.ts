export interface Objective {
  /** Value at `x`. One that is not finite means "outside the domain". */
  readonly value: (x: Float64Array) => number;
  /** Writes the gradient at `x`, where `value` was asked last and answered `value`. */
  readonly gradient: (x: Float64Array, out: Float64Array, value: number) => void;
}

export interface BoxMinimum {
  readonly value: number;
  readonly evaluations: number;
  readonly converged: boolean;
}

/**
 * Local minimum of a smooth function in a box, from `x`, which is overwritten with the answer: BFGS on the free variables with an
 * active set for the bounds and a projected backtracking search (Nocedal and Wright 2006, ch. 3, 6.1 and 16.7).
 * It is the typed-array sibling of `minimise` of @tributary/numerics: a forecast fits a dozen models of up to thirty parameters in two
 * milliseconds, which leaves no room for a new array per step. `valueTolerance` is absolute: objectives here are logarithms of a variance.
 */
export function boxMinimise(
  f: Objective,
  x: Float64Array,
  lower: Float64Array,
  upper: Float64Array,
  valueTolerance = 1e-6,
  maxIterations = 120,
): BoxMinimum {
  const n = x.length;
  const inverse = new Float64Array(n * n);
  const direction = new Float64Array(n);
  const next = new Float64Array(n);
  const gradient = new Float64Array(n);
  const nextGradient = new Float64Array(n);
  const free = new Uint8Array(n);
  const step = new Float64Array(n);
  const change = new Float64Array(n);
  for (let i = 0; i < n; i++) x[i] = Math.min(Math.max(x[i] as number, lower[i] as number), upper[i] as number);
  let value = f.value(x);
  let evaluations = 1;
  if (!Number.isFinite(value)) return { value: Number.POSITIVE_INFINITY, evaluations, converged: false };
  f.gradient(x, gradient, value);
  let fresh = true;
  let flat = 0;

  for (let iteration = 0; iteration < maxIterations; iteration++) {
    let steepest = 0;
    for (let i = 0; i < n; i++) {
      const g = gradient[i] as number;
      free[i] = ((x[i] as number) <= (lower[i] as number) && g > 0) || ((x[i] as number) >= (upper[i] as number) && g < 0) ? 0 : 1;
      if (free[i] === 1) steepest = Math.max(steepest, Math.abs(g));
    }
    if (steepest < 1e-7) return { value, evaluations, converged: true };
    if (fresh) resetInverse(inverse, n, Math.min(1, 0.1 / steepest));
    if (descend(inverse, gradient, free, direction) >= 0) {
      resetInverse(inverse, n, Math.min(1, 0.1 / steepest));
      fresh = true;
      descend(inverse, gradient, free, direction);
    }
    let length = 1;
    let nextValue = Number.POSITIVE_INFINITY;
    let predicted: number;
    let accepted = false;
    for (let trial = 0; trial < 30; trial++) {
      predicted = 0;
      for (let i = 0; i < n; i++) {
        const moved = (x[i] as number) + length * (direction[i] as number);
        next[i] = Math.min(Math.max(moved, lower[i] as number), upper[i] as number);
        predicted += (gradient[i] as number) * ((next[i] as number) - (x[i] as number));
      }
      nextValue = f.value(next);
      evaluations++;
      if (nextValue <= value + 1e-4 * predicted) {
        accepted = true;
        break;
      }
      const curved = Number.isFinite(nextValue) ? -predicted / (2 * (nextValue - value - predicted)) : 0.2;
      length *= Math.min(0.5, Math.max(0.1, curved));
    }
    if (!accepted) {
      if (fresh) return { value, evaluations, converged: steepest < 1e-3 };
      fresh = true;
      continue;
    }
    f.gradient(next, nextGradient, nextValue);
    let curvature = 0;
    let squares = 0;
    for (let i = 0; i < n; i++) {
      step[i] = (next[i] as number) - (x[i] as number);
      change[i] = (nextGradient[i] as number) - (gradient[i] as number);
      curvature += (step[i] as number) * (change[i] as number);
      squares += (change[i] as number) * (change[i] as number);
    }
    const fall = value - nextValue;
    value = nextValue;
    x.set(next);
    gradient.set(nextGradient);
    if (curvature > 1e-14 && squares > 0) {
      if (fresh) resetInverse(inverse, n, curvature / squares);
      updateInverse(inverse, step, change, curvature, direction);
      fresh = false;
    }
    flat = fall < valueTolerance ? flat + 1 : 0;
    if (flat >= 2) return { value, evaluations, converged: true };
  }
  return { value, evaluations, converged: false };
}

function resetInverse(inverse: Float64Array, n: number, scale: number): void {
  inverse.fill(0);
  for (let i = 0; i < n; i++) inverse[i * n + i] = scale;
}

/** direction = −H·g over the free variables; returns direction · gradient. */
function descend(inverse: Float64Array, gradient: Float64Array, free: Uint8Array, direction: Float64Array): number {
  const n = gradient.length;
  let slope = 0;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    if (free[i] === 1) for (let j = 0; j < n; j++) if (free[j] === 1) sum -= (inverse[i * n + j] as number) * (gradient[j] as number);
    direction[i] = sum;
    slope += sum * (gradient[i] as number);
  }
  return slope;
}

/** Nocedal and Wright (6.17), in place; `work` is overwritten with H·y. */
function updateInverse(inverse: Float64Array, step: Float64Array, change: Float64Array, curvature: number, work: Float64Array): void {
  const n = step.length;
  let quadratic = 0;
  for (let i = 0; i < n; i++) {
    let sum = 0;
    for (let j = 0; j < n; j++) sum += (inverse[i * n + j] as number) * (change[j] as number);
    work[i] = sum;
    quadratic += sum * (change[i] as number);
  }
  const factor = (1 + quadratic / curvature) / curvature;
  for (let i = 0; i < n; i++) {
    const si = step[i] as number;
    const wi = work[i] as number;
    for (let j = 0; j < n; j++) {
      const cell = i * n + j;
      inverse[cell] =
        (inverse[cell] as number) + factor * si * (step[j] as number) - (wi * (step[j] as number) + si * (work[j] as number)) / curvature;
    }
  }
}
