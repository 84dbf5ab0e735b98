import { digamma, integrateUnit, logBeta, logGamma } from '@tributary/numerics';
import type { CompressedSummary } from './customer-summary.ts';
import { frequencyCounts } from './customer-summary.ts';
import type { LogLikelihood } from './maximum-likelihood.ts';

/**
 * What BG/NBD and MBG/NBD share. Purchases come at rate λ ~ Gamma(r, α) while the customer is alive; at each *chance* he leaves with
 * probability p ~ Beta(a, b). BG/NBD gives a chance after every repeat purchase (k = x chances), MBG/NBD one more, after the first (k = x + 1).
 */
export type Chances = 0 | 1;

/**
 * Log-likelihood and gradient in (r, α, a, b). With k = x + extra and c = a/(b + k − 1), one customer adds
 * ln Γ(r+x)/Γ(r) + r ln α + ln B(a, b+k)/B(a, b) − (r+x) ln(α+tₓ) + ln[c·1(k>0) + ((α+tₓ)/(α+T))^(r+x)]:
 * Fader, Hardie & Lee (2005) eq. (6) in the overflow-safe form of Fader & Hardie (2013); Batislam et al. (2007) for the extra chance.
 */
export const betaGeometricLikelihood = (data: CompressedSummary, extra: Chances): LogLikelihood => {
  const { x, tx, T, count, customers } = data;
  const counts = [...frequencyCounts(data)];
  return (theta, gradient) => {
    const [r, alpha, a, b] = theta as unknown as readonly [number, number, number, number];
    const logAlpha = Math.log(alpha);
    const [logGammaR, psiR] = [logGamma(r), digamma(r)];
    const [betaAB, psiB, psiAB] = [logBeta(a, b), digamma(b), digamma(a + b)];
    let value = customers * r * logAlpha;
    let [dr, dAlpha, da, db] = [customers * logAlpha, (customers * r) / alpha, 0, 0];
    for (const [xi, n] of counts) {
      const k = xi + extra;
      if (xi > 0) {
        value += n * (logGamma(r + xi) - logGammaR);
        dr += n * (digamma(r + xi) - psiR);
      }
      if (k > 0) {
        const psiABK = digamma(a + b + k);
        value += n * (logBeta(a, b + k) - betaAB);
        da += n * (psiAB - psiABK);
        db += n * (digamma(b + k) - psiB - psiABK + psiAB);
      }
    }
    for (let i = 0; i < x.length; i += 1) {
      const n = count[i] as number;
      const xi = x[i] as number;
      const k = xi + extra;
      const rate = r + xi;
      const atLast = alpha + (tx[i] as number);
      const atEnd = alpha + (T[i] as number);
      if (k === 0) {
        const log = Math.log(atEnd);
        value -= n * r * log;
        dr -= n * log;
        dAlpha -= (n * r) / atEnd;
        continue;
      }
      const logLast = Math.log(atLast);
      const fall = Math.log(atLast / atEnd);
      const survived = Math.exp(rate * fall);
      const c = a / (b + k - 1);
      const sum = c + survived;
      const alive = survived / sum;
      value += n * (Math.log(sum) - rate * logLast);
      dr += n * (alive * fall - logLast);
      dAlpha -= n * rate * ((1 - alive) / atLast + alive / atEnd);
      da += (n * (1 - alive)) / a;
      db -= (n * (1 - alive)) / (b + k - 1);
    }
    gradient[0] = dr;
    gradient[1] = dAlpha;
    gradient[2] = da;
    gradient[3] = db;
    return value;
  };
};

const MAX_TERMS = 5000;

/**
 * Expected purchases in (T, T + t] of a customer known to be alive at T, whose λ ~ Gamma(rate, age) and p ~ Beta(a, b):
 * (a+b−1)/(a−1) · [1 − (age/(age+t))^rate ₂F₁(rate, b; a+b−1; t/(age+t))], Fader, Hardie & Lee (2005) eq. (10) without P(alive).
 * All terms of the series are positive. Where the formula is 0/0 (a = 1, a + b = 1), cancels, or converges slowly, the equal integral
 * E_p[(1 − (age/(age + p t))^rate)/p] is taken instead.
 */
export const expectedWhileAlive = (rate: number, age: number, a: number, b: number, t: number): number => {
  if (t === 0) return 0;
  if ((rate + 1) * t < 0.5 * age) return expectedSoon(rate, age, a, b, t);
  const c = a + b - 1;
  const z = t / (age + t);
  if (z < 0.93 && c > 1e-3 && Math.abs(a - 1) > 1e-5 && rate < MAX_TERMS / 2) {
    const rest = 1 - survivingShare(rate, b, c, z, Math.exp(rate * Math.log1p(-z)));
    // Below 1e-5 the difference has lost too many digits; a series that did not settle is NaN.
    if (Math.abs(rest) > 1e-5) return (c / (a - 1)) * rest;
  }
  return expectedByIntegral(rate, age, a, b, t);
};

/**
 * {@link expectedWhileAlive} over a time short against (age/rate): (rate/age) ∫₀ᵗ ₂F₁(rate+1, a; a+b; −s/age) ds term by term. Nothing cancels, and a = 1 is no
 * special case.
 */
const expectedSoon = (rate: number, age: number, a: number, b: number, t: number): number => {
  const w = t / age;
  let term = rate * w;
  let sum = term;
  for (let n = 0; Math.abs(term) > 1e-17 * sum && n < 200; n += 1) {
    term *= (-w * ((rate + 1 + n) * (a + n))) / ((a + b + n) * (n + 2));
    sum += term;
  }
  return sum;
};

/** first · ₂F₁(rate, b; c; z) by Gauss's series; NaN when it underflows or does not settle. */
const survivingShare = (rate: number, b: number, c: number, z: number, first: number): number => {
  if (first === 0) return NaN;
  let term = first;
  let sum = first;
  for (let n = 0; n < MAX_TERMS; n += 1) {
    const growth = (((rate + n) * (b + n)) / ((c + n) * (n + 1))) * z;
    term *= growth;
    sum += term;
    if (growth < 1 && term < 1e-16 * sum * (1 - growth)) return sum;
  }
  return NaN;
};

/**
 * The integral form of {@link expectedWhileAlive}, g(p) = (1 − (age/(age + p t))^rate)/p weighted by Beta(a, b)'s density. For small a nearly all
 * of that mass lies at p ≈ 0, beyond the reach of any rule: there g(0) is taken out and the rule sees g(p) − g(0), which vanishes at 0.
 */
const expectedByIntegral = (rate: number, age: number, a: number, b: number, t: number): number => {
  const front = logBeta(a, b);
  const atZero = (rate * t) / age;
  const out = a < 0.2 ? atZero : 0;
  const { value } = integrateUnit((p, q) => {
    const purchases = -Math.expm1(-rate * Math.log1p((p * t) / age)) / p - out;
    const logQ = p < 0.5 ? Math.log1p(-p) : Math.log(q);
    return purchases * Math.exp((a - 1) * Math.log(p) + (b - 1) * logQ - front);
  });
  return Math.min(atZero, Math.max(0, out + value));
};

/** P(alive) after k chances: 1 / (1 + a/(b+k−1) ((α+T)/(α+tₓ))^(r+x)); 1 without a chance to leave. Fader, Hardie & Lee (2008). */
export const aliveAfterChances = (
  r: number,
  alpha: number,
  a: number,
  b: number,
  x: number,
  tx: number,
  T: number,
  extra: Chances,
): number => {
  const k = x + extra;
  if (k === 0) return 1;
  return 1 / (1 + (a / (b + k - 1)) * Math.exp((r + x) * Math.log((alpha + T) / (alpha + tx))));
};
