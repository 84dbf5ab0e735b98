import { digamma, hyp2f1, integrateUnit, logBeta, logGamma } from '@tributary/numerics';
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
  const c = a + b - 1;
  const z = t / (age + t);
  if (z < 0.93 && c > 1e-3 && Math.abs(a - 1) > 1e-5) {
    let term = Math.exp(rate * Math.log(age / (age + t)));
    let sum = term;
    for (let n = 0; n < MAX_TERMS; n += 1) {
      term *= (((rate + n) * (b + n)) / ((c + n) * (n + 1))) * z;
      sum += term;
      if (term < 1e-16 * sum && n > rate) break;
    }
    const rest = 1 - sum;
    // Below 1e-5 the difference has lost too many digits.
    if (sum > 0 && Math.abs(rest) > 1e-5) return (c / (a - 1)) * rest;
  }
  return expectedByIntegral(rate, age, a, b, t);
};

/** The integral form of {@link expectedWhileAlive}; Beta(a, b)'s density is formed in logarithms, p near 0 included. */
const expectedByIntegral = (rate: number, age: number, a: number, b: number, t: number): number => {
  const front = logBeta(a, b);
  const { value } = integrateUnit((p, q) => {
    const purchases = -Math.expm1(-rate * Math.log1p((p * t) / age)) / p;
    return purchases * Math.exp((a - 1) * Math.log(p) + (b - 1) * Math.log(q) - front);
  });
  return value;
};

/** The formula of {@link expectedWhileAlive} as printed, for tests that hold the two forms together. */
export const expectedWhileAliveAsPrinted = (rate: number, age: number, a: number, b: number, t: number): number =>
  ((a + b - 1) / (a - 1)) * (1 - (age / (age + t)) ** rate * hyp2f1(rate, b, a + b - 1, t / (age + t)));

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
