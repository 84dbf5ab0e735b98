import { betaQuantile, digamma, logBeta } from '@tributary/numerics';
import { checkPositiveParams } from './bg-nbd.ts';
import { maximise, SHAPE } from './maximum-likelihood.ts';
import type { Fit } from './maximum-likelihood.ts';
import { checkNumber, checkNumbers, checkSum, finiteNumber, refuse } from './refusal.ts';
import type { Numbers, Refusal } from './refusal.ts';

const DAY = 86_400_000;

/** Open receivables, one entry each, in one currency. Credit notes are negative. */
export interface Receivables {
  /** Due time, milliseconds since 1970. */
  readonly due: Numbers;
  readonly amount: Numbers;
}

/** One ageing bucket: from `fromDays` (exclusive) to `toDays` (inclusive) days overdue; null is open-ended. */
export interface AgeingBucket {
  readonly fromDays: number | null;
  readonly toDays: number | null;
  readonly count: number;
  readonly amount: number;
}

/**
 * Ageing of receivables at `asOf`. `edges` are days overdue, ascending: [0, 30, 60, 90] gives not due (≤ 0), 1–30, 31–60, 61–90 and above 90.
 * A receivable due at `asOf` itself is not overdue; part days round up.
 */
export const ageingBuckets = (
  { due, amount }: Receivables,
  asOf: number,
  edges: readonly number[] = [0, 30, 60, 90],
): AgeingBucket[] | Refusal => {
  const bad =
    checkNumber('asOf', asOf, 'finite') ??
    checkNumbers('due', due, 'finite') ??
    checkNumbers('amount', amount, 'finite', due.length) ??
    checkSum('amount', amount) ??
    checkNumbers('edges', edges, 'finite');
  if (bad) return bad;
  if (edges.length === 0) return refuse('edges', 'empty', 'at least one edge is needed');
  const fall = edges.findIndex((edge, i) => i > 0 && edge <= (edges[i - 1] as number));
  if (fall > 0) return refuse('edges', 'inconsistent', `edges must ascend, entry ${fall} does not`, fall);
  const buckets = Array.from({ length: edges.length + 1 }, (_, i) => ({
    fromDays: edges[i - 1] ?? null,
    toDays: edges[i] ?? null,
    count: 0,
    amount: 0,
  }));
  for (let i = 0; i < due.length; i += 1) {
    const overdue = Math.ceil((asOf - (due[i] as number)) / DAY);
    const place = edges.findIndex((edge) => overdue <= edge);
    const bucket = buckets[place < 0 ? edges.length : place] as (typeof buckets)[number];
    bucket.count += 1;
    bucket.amount += amount[i] as number;
  }
  return buckets;
};

/** Days sales outstanding, the ratio form: receivables at the end of a period ÷ credit sales of the period × its days. Refused without sales. */
export const daysSalesOutstanding = (input: {
  readonly receivables: number;
  readonly creditSales: number;
  readonly days: number;
}): number | Refusal =>
  checkNumber('receivables', input.receivables, 'finite') ??
  checkNumber('creditSales', input.creditSales, 'positive') ??
  checkNumber('days', input.days, 'positive') ??
  finiteNumber('receivables', (input.receivables / input.creditSales) * input.days);

/** One month's (or other period's) credit sales, latest first. */
export interface SalesPeriod {
  readonly sales: number;
  readonly days: number;
}

/**
 * Days sales outstanding by count-back: receivables are used up by the latest period's sales, then the one before, so that a growing seller's figure is not
 * flattered. `exhausted` is true when the periods given do not cover the receivables; the figure is then a lower bound.
 */
export const daysSalesOutstandingByCountBack = (
  receivables: number,
  periods: readonly SalesPeriod[],
): { days: number; exhausted: boolean } | Refusal => {
  const bad = checkNumber('receivables', receivables, 'non-negative');
  if (bad) return bad;
  if (periods.length === 0) return refuse('periods', 'empty', 'at least one period of sales is needed');
  let [left, days] = [receivables, 0];
  for (const [i, period] of periods.entries()) {
    const fault = checkNumber('periods.sales', period.sales, 'non-negative', i) ?? checkNumber('periods.days', period.days, 'positive', i);
    if (fault) return fault;
    if (left <= 0) continue;
    const covered = period.sales >= left;
    days += covered ? (period.sales > 0 ? (left / period.sales) * period.days : 0) : period.days;
    left = covered ? 0 : left - period.sales;
  }
  const whole = finiteNumber('periods.days', days);
  return typeof whole === 'number' ? { days, exhausted: left > 0 } : whole;
};

/** Invoices paid late out of all invoices settled or overdue, one entry a customer. */
export interface PaymentHistory {
  readonly late: Numbers;
  readonly total: Numbers;
}

/** How customers' chances of paying late are spread: Beta(a, b). */
export type LatePaymentPrior = Readonly<Record<'a' | 'b', number>>;

/** A fitted spread of late-payment chances, with how it was found. */
export type LatePaymentFit = Fit<'late-payment', 'a' | 'b'>;

const checkHistory = ({ late, total }: PaymentHistory): Refusal | undefined => {
  const bad = checkNumbers('late', late, 'count') ?? checkNumbers('total', total, 'count', late.length);
  if (bad) return bad;
  for (let i = 0; i < late.length; i += 1) {
    if ((late[i] as number) > (total[i] as number))
      return refuse('late', 'inconsistent', `late[${i}] ${late[i]} exceeds total ${total[i]}`, i);
  }
  return undefined;
};

/**
 * The spread of late-payment chances over customers by maximum likelihood of the beta-binomial (Skellam 1948). Refused when nobody has two invoices,
 * or all were late, or none was: use {@link pooledLatePaymentPrior} then. Customers alike push a and b to their bound together.
 */
export const fitLatePayment = ({ late, total }: PaymentHistory): LatePaymentFit | Refusal => {
  if (late.length === 0) return refuse('late', 'empty', 'there is no customer');
  const bad = checkHistory({ late, total });
  if (bad) return bad;
  const rows = new Map<string, { k: number; n: number; count: number }>();
  let [lateSum, totalSum, most] = [0, 0, 0];
  for (let i = 0; i < late.length; i += 1) {
    const [k, n] = [late[i] as number, total[i] as number];
    if (n === 0) continue;
    lateSum += k;
    totalSum += n;
    most = Math.max(most, n);
    const row = rows.get(`${k}|${n}`);
    if (row) row.count += 1;
    else rows.set(`${k}|${n}`, { k, n, count: 1 });
  }
  if (totalSum === 0) return refuse('total', 'empty', 'no invoice has been settled or is overdue');
  if (lateSum === 0 || lateSum === totalSum)
    return refuse('late', 'no-variation', lateSum === 0 ? 'no invoice was late' : 'every invoice was late');
  if (most < 2) return refuse('total', 'no-variation', 'nobody has more than one invoice: how customers differ cannot be told');
  const distinct = [...rows.values()];
  const customers = distinct.reduce((sum, row) => sum + row.count, 0);
  // The punctual by their own sum: 1 − share is 0 where nearly all of very many were late.
  const [share, punctual] = [lateSum / totalSum, distinct.reduce((sum, { k, n, count }) => sum + count * (n - k), 0) / totalSum];
  return maximise({
    model: 'late-payment',
    names: ['a', 'b'],
    customers,
    box: [SHAPE, SHAPE],
    starts: [1, 10].map((weight) => [weight * share, weight * punctual].map((start) => Math.max(SHAPE[0], start))),
    logLikelihood: (theta, gradient) => {
      const [a, b] = theta as unknown as readonly [number, number];
      const [front, psiA, psiB, psiAB] = [logBeta(a, b), digamma(a), digamma(b), digamma(a + b)];
      let [value, da, db] = [0, 0, 0];
      for (const { k, n, count } of distinct) {
        const psiAll = digamma(a + b + n);
        value += count * (logBeta(a + k, b + (n - k)) - front);
        da += count * (digamma(a + k) - psiAll - psiA + psiAB);
        db += count * (digamma(b + (n - k)) - psiAll - psiB + psiAB);
      }
      gradient[0] = da;
      gradient[1] = db;
      return value;
    },
  });
};

/** A prior that always exists: Jeffreys' Beta(½, ½) moved to everybody's share with the weight of two invoices. */
export const pooledLatePaymentPrior = (history: PaymentHistory): LatePaymentPrior | Refusal => {
  const bad = checkHistory(history);
  if (bad) return bad;
  const [late, total] = [Array.from(history.late), Array.from(history.total)];
  const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0);
  const punctual = sum(total.map((n, i) => n - (late[i] as number)));
  const all = sum(total) + 1;
  return { a: (2 * (sum(late) + 0.5)) / all, b: (2 * (punctual + 0.5)) / all };
};

/** Beyond these a prior is one point or two, and its quantiles lie outside double precision. */
const checkPrior = ({ a, b }: LatePaymentPrior): Refusal | undefined => {
  const wrong = a < 1e-12 || a > 1e12 ? 'a' : b < 1e-12 || b > 1e12 ? 'b' : undefined;
  return wrong && refuse(wrong, 'out-of-range', `${wrong} must be from 1e-12 to 1e12`);
};

/** A customer's chance of paying the next invoice late, with a 90 % credible interval. */
export interface LatePaymentChance {
  readonly probability: number;
  readonly low: number;
  readonly high: number;
}

/** Shrinks a customer's own record towards everybody's: posterior mean (a + late)/(a + b + total) and its 5 % and 95 % quantiles. */
export const latePaymentProbability = (
  prior: LatePaymentPrior,
  own: { readonly late: number; readonly total: number },
): LatePaymentChance | Refusal => {
  const bad = checkPositiveParams(prior, ['a', 'b']) ?? checkPrior(prior) ?? checkHistory({ late: [own.late], total: [own.total] });
  if (bad) return bad;
  const [a, b] = [prior.a + own.late, prior.b + (own.total - own.late)];
  return { probability: a / (a + b), low: betaQuantile(0.05, a, b), high: betaQuantile(0.95, a, b) };
};
