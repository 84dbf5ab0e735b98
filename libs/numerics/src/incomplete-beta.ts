import { DomainError, requirePositive, requireProbability } from './domain-error.ts';
import { logBeta, stirlingRemainder } from './gamma-function.ts';
import { increasingRoot } from './increasing-root.ts';

const TINY = 1e-300;

/** Lentz's evaluation of the continued fraction DLMF 8.17.22, fast for x below (a + 1)/(a + b + 2). */
const fraction = (a: number, b: number, x: number): number => {
  let c = 1;
  let d = 1 - ((a + b) * x) / (a + 1);
  if (Math.abs(d) < TINY) d = TINY;
  d = 1 / d;
  let h = d;
  for (let m = 1; m < 100_000; m += 1) {
    const even = (m * (b - m) * x) / ((a + 2 * m - 1) * (a + 2 * m));
    d = 1 + even * d;
    if (Math.abs(d) < TINY) d = TINY;
    c = 1 + even / c;
    if (Math.abs(c) < TINY) c = TINY;
    d = 1 / d;
    h *= d * c;
    const odd = (-(a + m) * (a + b + m) * x) / ((a + 2 * m) * (a + 2 * m + 1));
    d = 1 + odd * d;
    if (Math.abs(d) < TINY) d = TINY;
    c = 1 + odd / c;
    if (Math.abs(c) < TINY) c = TINY;
    d = 1 / d;
    const delta = d * c;
    h *= delta;
    if (Math.abs(delta - 1) < 1e-16) break;
  }
  return h;
};

/** x^a y^b / B(a, b), y = 1 − x; for large a and b around the mode, so that no large logarithms cancel. */
const power = (a: number, b: number, x: number, y: number): number => {
  if (Math.min(a, b) < 12) {
    const logX = x < 0.5 ? Math.log(x) : Math.log1p(-y);
    const logY = y < 0.5 ? Math.log(y) : Math.log1p(-x);
    return Math.exp(a * logX + b * logY - logBeta(a, b));
  }
  const n = a + b;
  const away = x < y ? n * x - a : b - n * y;
  const exponent = a * Math.log1p(away / a) + b * Math.log1p(-away / b);
  return Math.exp(exponent + stirlingRemainder(n) - stirlingRemainder(a) - stirlingRemainder(b)) * Math.sqrt((a / n) * (b / (2 * Math.PI)));
};

/** I_x(a, b) when x and its complement y = 1 − x are both known accurately. */
const regularised = (a: number, b: number, x: number, y: number): number => {
  if (x <= 0) return 0;
  if (y <= 0) return 1;
  const front = power(a, b, x, y);
  if (x < (a + 1) / (a + b + 2)) return Math.min(1, (front * fraction(a, b, x)) / a);
  return Math.max(0, 1 - (front * fraction(b, a, y)) / b);
};

/** P(X ≤ x) for X ~ Beta(a, b): the regularised incomplete beta function I_x(a, b), DLMF 8.17. x outside [0, 1] gives 0 or 1. */
export const betaCdf = (x: number, a: number, b: number): number => {
  if (Number.isNaN(x)) throw new DomainError('betaCdf', 'x', x, 'a number');
  requirePositive('betaCdf', 'a', a);
  requirePositive('betaCdf', 'b', b);
  return regularised(a, b, x, 1 - x);
};

/** x with P(X ≤ x) = p for X ~ Beta(a, b). */
export const betaQuantile = (p: number, a: number, b: number): number => {
  requireProbability('betaQuantile', 'p', p);
  requirePositive('betaQuantile', 'a', a);
  requirePositive('betaQuantile', 'b', b);
  if (p === 0) return 0;
  if (p === 1) return 1;
  // Searched in the logit, so that quantiles next to 0 and next to 1 keep their digits.
  const gap = (u: number) => {
    const x = 1 / (1 + Math.exp(-u));
    const y = 1 / (1 + Math.exp(u));
    return p > 0.5 ? 1 - p - regularised(b, a, y, x) : regularised(a, b, x, y) - p;
  };
  if (gap(-700) > 0) return 0;
  if (gap(700) < 0) return 1;
  return 1 / (1 + Math.exp(-increasingRoot(gap, Math.max(-600, Math.min(600, Math.log(a / b))))));
};

/** P(X ≤ t) for Student's t with `freedom` degrees (need not be whole), DLMF 8.17 with x = ν/(ν + t²). */
export const tCdf = (t: number, freedom: number): number => {
  if (Number.isNaN(t)) throw new DomainError('tCdf', 't', t, 'a number');
  requirePositive('tCdf', 'freedom', freedom);
  if (t === Infinity) return 1;
  if (t === -Infinity) return 0;
  const square = t * t;
  const tail = 0.5 * regularised(freedom / 2, 0.5, freedom / (freedom + square), square / (freedom + square));
  return t <= 0 ? tail : 1 - tail;
};

/** t with P(X ≤ t) = p for Student's t with `freedom` degrees; p = 0 and 1 give ∓∞. */
export const tQuantile = (p: number, freedom: number): number => {
  requireProbability('tQuantile', 'p', p);
  requirePositive('tQuantile', 'freedom', freedom);
  if (p === 0) return -Infinity;
  if (p === 1) return Infinity;
  if (p === 0.5) return 0;
  if (p > 0.5) return -lowerTail(1 - p, freedom);
  return lowerTail(p, freedom);
};

/** The quantile for p < ½, searched in ln(−t) because heavy tails reach far. */
const lowerTail = (p: number, freedom: number): number => -Math.exp(increasingRoot((u) => p - tCdf(-Math.exp(u), freedom), 0));

/** P(X ≤ x) for Fisher's F with (above, below) degrees of freedom. */
export const fCdf = (x: number, above: number, below: number): number => {
  requirePositive('fCdf', 'above', above);
  requirePositive('fCdf', 'below', below);
  if (!(x > 0)) return 0;
  if (x === Infinity) return 1;
  const scaled = above * x;
  return regularised(above / 2, below / 2, scaled / (scaled + below), below / (scaled + below));
};

/** P(N ≤ k) for N with mean μ and P(N = n) ∝ Γ(size + n)/n!: the negative binomial with variance μ + μ²/size. */
export const negativeBinomialCdf = (k: number, mean: number, size: number): number => {
  if (!(mean >= 0)) throw new DomainError('negativeBinomialCdf', 'mean', mean, 'at least 0');
  requirePositive('negativeBinomialCdf', 'size', size);
  if (k < 0) return 0;
  if (mean === 0) return 1;
  const p = size / (size + mean);
  return regularised(size, Math.floor(k) + 1, p, mean / (size + mean));
};
