import { DomainError, requireFinite, requirePositive } from './domain-error.ts';
import { logBeta } from './gamma-function.ts';
import { integrateUnit } from './quadrature.ts';

const MAX_TERMS = 20_000;

/** Gauss's series DLMF 15.2.1; nothing when it did not settle. */
const series = (a: number, b: number, c: number, z: number): number | undefined => {
  let term = 1;
  let sum = 1;
  let largest = 1;
  for (let n = 0; n < MAX_TERMS; n += 1) {
    term *= (((a + n) * (b + n)) / ((c + n) * (n + 1))) * z;
    sum += term;
    const size = Math.abs(term);
    if (size > largest) largest = size;
    if (!Number.isFinite(sum)) return undefined;
    // The ratio of terms tends to z from above or below; only stop once it is below 1 and the geometric rest is negligible.
    if (size <= 1e-17 * (1 - Math.abs(z)) * Math.abs(sum) || term === 0) return Math.abs(sum) * 1e6 < largest ? undefined : sum;
  }
  return undefined;
};

/** ln of Euler's integral DLMF 15.6.1 for c > b > 0, z < 1, scaled by the integrand's peak so that nothing overflows. */
const logEulerIntegral = (a: number, b: number, c: number, z: number): number => {
  const log = (t: number, rest: number) => {
    const inner = z > 0 ? 1 - z + z * rest : 1 - z * t;
    return (b - 1) * Math.log(t) + (c - b - 1) * Math.log(rest) - a * Math.log(inner);
  };
  let peak = -Infinity;
  for (let i = 1; i < 64; i += 1) peak = Math.max(peak, log(i / 64, 1 - i / 64));
  const { value, converged } = integrateUnit((t, rest) => Math.exp(log(t, rest) - peak), 1e-13);
  if (!converged || !(value > 0))
    throw new DomainError('hyp2f1', 'a, b, c, z', `${a}, ${b}, ${c}, ${z}`, 'within reach of double precision');
  return peak + Math.log(value) - logBeta(b, c - b);
};

/**
 * ln ₂F₁(a, b; c; z) for a > 0, c > b > 0 and z < 1, where the function is positive: the form that the BG/NBD and Pareto/NBD expectations need.
 * The series DLMF 15.2.1 where it is quick and cannot overflow, else Euler's integral DLMF 15.6.1 in logarithms.
 */
export const logHyp2f1 = (a: number, b: number, c: number, z: number): number => {
  requirePositive('logHyp2f1', 'a', a);
  requirePositive('logHyp2f1', 'b', b);
  requireFinite('logHyp2f1', 'c', c);
  if (!(c > b)) throw new DomainError('logHyp2f1', 'c', c, 'above b');
  if (!(z < 1)) throw new DomainError('logHyp2f1', 'z', z, 'below 1');
  if (z === 0) return 0;
  if (z < 0) return z > -Infinity ? logHyp2f1(a, c - b, c, z / (z - 1)) - a * Math.log1p(-z) : requireReal(z);
  if (z <= 0.98) {
    const direct = series(a, b, c, z);
    if (direct !== undefined) return Math.log(direct);
  }
  return logEulerIntegral(a, b, c, z);
};

const requireReal = (z: number): never => {
  throw new DomainError('logHyp2f1', 'z', z, 'finite');
};

/**
 * Gauss's hypergeometric function ₂F₁(a, b; c; z) of real arguments, z < 1, c not 0, −1, −2 …
 * Series DLMF 15.2.1; Pfaff's transformation 15.8.1 for negative z; Euler's 15.8.1 where it shortens the series; the integral 15.6.1 next to
 * z = 1. Throws {@link DomainError} where none of these reaches double precision.
 */
export const hyp2f1 = (a: number, b: number, c: number, z: number): number => {
  requireFinite('hyp2f1', 'a', a);
  requireFinite('hyp2f1', 'b', b);
  requireFinite('hyp2f1', 'c', c);
  if (c <= 0 && Number.isInteger(c)) throw new DomainError('hyp2f1', 'c', c, 'no whole number at or below 0');
  if (!(z < 1) || z === -Infinity) throw new DomainError('hyp2f1', 'z', z, 'finite and below 1');
  if (z === 0 || a === 0 || b === 0) return 1;
  if (z < 0) return Math.exp(-a * Math.log1p(-z)) * hyp2f1(a, c - b, c, z / (z - 1));
  // With c − a − b negative the terms grow first; Euler's form has the small parameters.
  if (c - a - b < 0 && z <= 0.98) {
    const turned = series(c - a, c - b, c, z);
    if (turned !== undefined) return Math.exp((c - a - b) * Math.log1p(-z)) * turned;
  }
  const direct = z <= 0.98 ? series(a, b, c, z) : undefined;
  if (direct !== undefined) return direct;
  if (c > b && b > 0) return Math.exp(logEulerIntegral(a, b, c, z));
  if (c > a && a > 0) return Math.exp(logEulerIntegral(b, a, c, z));
  const slow = series(a, b, c, z);
  if (slow === undefined) throw new DomainError('hyp2f1', 'a, b, c, z', `${a}, ${b}, ${c}, ${z}`, 'within reach of double precision');
  return slow;
};
