import { DomainError } from './domain-error.ts';

/**
 * The zero of a non-decreasing function: brackets outward from `guess` by doubling steps, then Brent's method (Brent 1973, ch. 4).
 * Stops when the bracket cannot shrink in double precision. Throws {@link DomainError} when no sign change is found within ±1e300.
 */
export const increasingRoot = (f: (x: number) => number, guess: number, firstStep = 1): number => {
  let low = guess;
  let high = guess;
  let step = firstStep;
  while (f(low) > 0) {
    high = low;
    low -= step;
    step *= 2;
    if (!(step < 1e300)) throw new DomainError('increasingRoot', 'f', 'no sign change', 'a function that crosses 0');
  }
  step = firstStep;
  while (f(high) < 0) {
    low = high;
    high += step;
    step *= 2;
    if (!(step < 1e300)) throw new DomainError('increasingRoot', 'f', 'no sign change', 'a function that crosses 0');
  }
  return brent(f, low, high);
};

/** A zero of a continuous f in [low, high] with f(low) and f(high) of opposite sign (or zero), by Brent's method. */
export const brent = (f: (x: number) => number, low: number, high: number): number => {
  let a = low;
  let b = high;
  let fa = f(a);
  let fb = f(b);
  if (fa === 0) return a;
  if (fb === 0) return b;
  if (fa > 0 === fb > 0) throw new DomainError('brent', 'f', `${fa}, ${fb}`, 'of opposite sign at the two ends');
  let c = a;
  let fc = fa;
  let d = b - a;
  let e = d;
  for (let i = 0; i < 200; i += 1) {
    if (fb > 0 === fc > 0) {
      c = a;
      fc = fa;
      d = b - a;
      e = d;
    }
    if (Math.abs(fc) < Math.abs(fb)) {
      [a, b, c] = [b, c, b];
      [fa, fb, fc] = [fb, fc, fb];
    }
    const tolerance = 2 * Number.EPSILON * Math.abs(b) + 1e-300;
    const half = 0.5 * (c - b);
    if (Math.abs(half) <= tolerance || fb === 0) return b;
    if (Math.abs(e) < tolerance || Math.abs(fa) <= Math.abs(fb)) {
      d = half;
      e = half;
    } else {
      const s = fb / fa;
      let p = 2 * half * s;
      let q = 1 - s;
      if (a !== c) {
        const r = fb / fc;
        const t = fa / fc;
        p = s * (2 * half * t * (t - r) - (b - a) * (r - 1));
        q = (t - 1) * (r - 1) * (s - 1);
      }
      if (p > 0) q = -q;
      else p = -p;
      if (2 * p < Math.min(3 * half * q - Math.abs(tolerance * q), Math.abs(e * q))) {
        e = d;
        d = p / q;
      } else {
        d = half;
        e = half;
      }
    }
    a = b;
    fa = fb;
    b += Math.abs(d) > tolerance ? d : Math.sign(half) * tolerance;
    fb = f(b);
  }
  return b;
};
