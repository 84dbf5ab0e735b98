import { DomainError, requirePositive, requireProbability } from './domain-error.ts';
import { logGamma, stirlingRemainder } from './gamma-function.ts';
import { increasingRoot } from './increasing-root.ts';

const TINY = 1e-300;
const MAX_TERMS = 100_000;

/** x^a e^−x / Γ(a), in logs so that neither factor overflows; for large a around x = a, so that no two large logarithms cancel. */
const front = (a: number, x: number): number => {
  if (a < 12) return Math.exp(a * Math.log(x) - x - logGamma(a));
  const away = (x - a) / a;
  return Math.exp(-a * (away - Math.log1p(away)) - stirlingRemainder(a)) * Math.sqrt(a / (2 * Math.PI));
};

const series = (a: number, x: number): number => {
  let term = 1 / a;
  let sum = term;
  for (let n = 1; n < MAX_TERMS; n += 1) {
    term *= x / (a + n);
    sum += term;
    if (term < sum * 1e-17) break;
  }
  return sum * front(a, x);
};

/** Lentz's evaluation of the continued fraction for Q, DLMF 8.9.2. */
const fraction = (a: number, x: number): number => {
  let b = x + 1 - a;
  let c = 1 / TINY;
  let d = 1 / b;
  let h = d;
  for (let i = 1; i < MAX_TERMS; i += 1) {
    const an = -i * (i - a);
    b += 2;
    d = an * d + b;
    if (Math.abs(d) < TINY) d = TINY;
    c = b + an / c;
    if (Math.abs(c) < TINY) c = TINY;
    d = 1 / d;
    const delta = d * c;
    h *= delta;
    if (Math.abs(delta - 1) < 1e-16) break;
  }
  return h * front(a, x);
};

const check = (where: string, a: number, x: number): void => {
  requirePositive(where, 'shape', a);
  if (!(x >= 0)) throw new DomainError(where, 'x', x, 'at least 0');
};

/** Regularised lower incomplete gamma P(a, x) = γ(a, x)/Γ(a), a > 0, x ≥ 0 (DLMF 8.2.4; series 8.7.1 below a + 1). */
export const gammaP = (a: number, x: number): number => {
  check('gammaP', a, x);
  if (x === 0) return 0;
  if (x === Infinity) return 1;
  return x < a + 1 ? Math.min(1, series(a, x)) : Math.max(0, 1 - fraction(a, x));
};

/** Regularised upper incomplete gamma Q(a, x) = 1 − P(a, x), accurate where it is small. */
export const gammaQ = (a: number, x: number): number => {
  check('gammaQ', a, x);
  if (x === 0) return 1;
  if (x === Infinity) return 0;
  return x < a + 1 ? Math.max(0, 1 - series(a, x)) : Math.min(1, fraction(a, x));
};

/** P(X ≤ x) for X ~ Gamma(shape, rate); x below 0 gives 0. */
export const gammaCdf = (x: number, shape: number, rate = 1): number => {
  requirePositive('gammaCdf', 'rate', rate);
  return x <= 0 ? 0 : gammaP(shape, x * rate);
};

/** x with P(X ≤ x) = p for X ~ Gamma(shape, rate); p = 0 gives 0, p = 1 gives ∞. */
export const gammaQuantile = (p: number, shape: number, rate = 1): number => {
  requireProbability('gammaQuantile', 'p', p);
  requirePositive('gammaQuantile', 'shape', shape);
  requirePositive('gammaQuantile', 'rate', rate);
  if (p === 0) return 0;
  if (p === 1) return Infinity;
  // Searched in ln x: small shapes put quantiles at 1e-100 and below. The side with the smaller probability is matched.
  const upper = p > 0.5;
  const gap = upper ? (u: number) => 1 - p - gammaQ(shape, Math.exp(u)) : (u: number) => gammaP(shape, Math.exp(u)) - p;
  const guess = shape < 1 ? (Math.log(p) + logGamma(shape + 1)) / shape : Math.log(shape);
  if (guess < -700) return Math.exp(guess) / rate;
  return Math.exp(increasingRoot(gap, Math.min(guess, 700))) / rate;
};

/** P(X ≤ x) for a chi-square with `freedom` degrees. */
export const chiSquareCdf = (x: number, freedom: number): number => gammaCdf(x, freedom / 2, 0.5);

/** x with P(X ≤ x) = p for a chi-square with `freedom` degrees. */
export const chiSquareQuantile = (p: number, freedom: number): number => gammaQuantile(p, freedom / 2, 0.5);

/** P(N ≤ k) for N ~ Poisson(mean); k below 0 gives 0, fractions are floored. */
export const poissonCdf = (k: number, mean: number): number => {
  if (!(mean >= 0)) throw new DomainError('poissonCdf', 'mean', mean, 'at least 0');
  if (k < 0) return 0;
  return mean === 0 ? 1 : gammaQ(Math.floor(k) + 1, mean);
};
