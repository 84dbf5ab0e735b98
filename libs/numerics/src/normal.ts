import { DomainError, requireFinite, requireProbability } from './domain-error.ts';
import { gammaQ } from './incomplete-gamma.ts';

const SQRT_TWO_PI = 2.5066282746310002;

/** Density of the standard normal. */
export const normalPdf = (z: number): number => {
  requireFinite('normalPdf', 'z', z);
  return Math.exp(-0.5 * z * z) / SQRT_TWO_PI;
};

/** P(Z ≤ z) for a standard normal Z, with full relative accuracy in the lower tail: ½ Q(½, z²/2) (A&S 26.2, 6.5.17). ±∞ allowed. */
export const normalCdf = (z: number): number => {
  if (Number.isNaN(z)) throw new DomainError('normalCdf', 'z', z, 'a number');
  if (z === -Infinity) return 0;
  if (z === Infinity) return 1;
  const tail = 0.5 * gammaQ(0.5, 0.5 * z * z);
  return z <= 0 ? tail : 1 - tail;
};

const A = [
  3.3871328727963665, 133.14166789178438, 1971.5909503065513, 13731.69376550946, 45921.95393154987, 67265.7709270087, 33430.57558358813,
  2509.0809287301227,
];
const B = [
  1, 42.31333070160091, 687.1870074920579, 5394.196021424751, 21213.794301586597, 39307.89580009271, 28729.085735721943, 5226.495278852546,
];
const C = [
  1.4234371107496835, 4.630337846156546, 5.769497221460691, 3.6478483247632045, 1.2704582524523684, 0.2417807251774506,
  0.022723844989269184, 0.0007745450142783414,
];
const D = [
  1, 2.053191626637759, 1.6763848301838038, 0.6897673349851, 0.14810397642748008, 0.015198666563616457, 0.0005475938084995345,
  1.0507500716444169e-9,
];
const E = [
  6.657904643501103, 5.463784911164114, 1.7848265399172913, 0.29656057182850487, 0.026532189526576124, 0.0012426609473880784,
  2.7115555687434876e-5, 2.0103343992922881e-7,
];
const F = [
  1, 0.599832206555888, 0.1369298809227358, 0.014875361290850615, 0.0007868691311456133, 1.8463183175100548e-5, 1.421511758316446e-7,
  2.0442631033899397e-15,
];

const ratio = (top: readonly number[], bottom: readonly number[], x: number): number => {
  let up = 0;
  let down = 0;
  for (let i = 7; i >= 0; i -= 1) {
    up = up * x + (top[i] as number);
    down = down * x + (bottom[i] as number);
  }
  return up / down;
};

/** z with P(Z ≤ z) = p: Wichura (1988), algorithm AS 241 (PPND16), relative error about 1e-16. p = 0 and 1 give ∓∞. */
export const normalQuantile = (p: number): number => {
  requireProbability('normalQuantile', 'p', p);
  if (p === 0) return -Infinity;
  if (p === 1) return Infinity;
  const q = p - 0.5;
  if (Math.abs(q) <= 0.425) return q * ratio(A, B, 0.180625 - q * q);
  const r = Math.sqrt(-Math.log(q < 0 ? p : 1 - p));
  const z = r <= 5 ? ratio(C, D, r - 1.6) : ratio(E, F, r - 5);
  return q < 0 ? -z : z;
};
