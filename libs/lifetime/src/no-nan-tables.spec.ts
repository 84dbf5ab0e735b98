import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bgBbExpectedPurchases, fitBgBb } from './bg-bb.ts';
import { bgNbdPurchaseCounts } from './bg-nbd.ts';
import { cohortTable, migrationMatrix } from './cohorts.ts';
import {
  ageingBuckets,
  daysSalesOutstanding,
  daysSalesOutstandingByCountBack,
  fitLatePayment,
  latePaymentProbability,
  pooledLatePaymentPrior,
} from './credit.ts';
import { customerLifetimeValue } from './discounted-value.ts';
import { holdoutScore, trackPurchases } from './holdout.ts';
import { isRefusal } from './refusal.ts';
import { rfmCutPoints, rfmScore } from './rfm.ts';
import { durationIn, rateIn } from './time-unit.ts';
import type { TimeUnit } from './time-unit.ts';
import { rfmOfTransactions, splitCalibrationHoldout, summariseTransactions } from './transactions.ts';

/** Every place of an answer that is not finite; null is "not known". */
const brokenIn = (answer: unknown, path = ''): string[] => {
  if (typeof answer === 'number') return Number.isFinite(answer) ? [] : [`${path} ${answer}`];
  if (typeof answer !== 'object' || answer === null || isRefusal(answer)) return [];
  return Object.entries(answer).flatMap(([key, value]) => brokenIn(value, `${path}.${key}`));
};
/** Anything a caller may pass for a number. */
const anything = fc.oneof(
  fc.double(),
  fc.integer({ min: -2, max: 50 }),
  fc.constantFrom(NaN, Infinity, -Infinity, -0, 0.5, 1e12, 1e-9, 1.5e308, -1.5e308, 5e-324),
);
/** Mostly what a caller means to pass. */
const likely = fc.oneof({ weight: 4, arbitrary: fc.integer({ min: 0, max: 20 }) }, { weight: 1, arbitrary: anything });
const list = fc.array(likely, { maxLength: 4 });
const some = (values: readonly number[], at = 0): number => values[at] ?? NaN;
const unit = fc.constantFrom<TimeUnit>('day', 'week', 'month', 'year');

describe('every function of tables, credit and time answers or refuses, and no NaN leaves', () => {
  it('logs, cohorts, hold-out splits, migration', () => {
    const time = fc.oneof(fc.integer({ min: 0, max: 2e12 }), anything);
    const log = fc.array(fc.tuple(fc.constantFrom('a', 'b', 'c'), time, fc.oneof(fc.integer({ min: -5, max: 50 }), anything)), {
      maxLength: 6,
    });
    const period = fc.constantFrom('week', 'month', 'quarter', 'year');
    fc.assert(
      fc.property(log, period, unit, time, time, fc.oneof(fc.constant(0), anything), (rows, own, length, asOf, end, offset) => {
        const data = { customer: rows.map(([id]) => id), time: rows.map(([, at]) => at), amount: rows.map(([, , money]) => money) };
        const answers = [
          summariseTransactions(data, { unit: length, asOf, utcOffsetMinutes: offset }),
          rfmOfTransactions(data, { asOf, utcOffsetMinutes: offset }),
          splitCalibrationHoldout(data, { unit: length, calibrationEnd: asOf, observationEnd: end, utcOffsetMinutes: offset }),
          cohortTable(data, { period: own, asOf, utcOffsetMinutes: offset }),
          migrationMatrix(data.customer, data.customer),
        ];
        expect(brokenIn(answers)).toEqual([]);
      }),
      { numRuns: 1000 },
    );
  });

  it('ageing, days sales outstanding, late payment', () => {
    fc.assert(
      fc.property(list, list, likely, list, (a, b, one, edges) => {
        const history = { late: a, total: a.map((late, at) => late + some(b, at)) };
        const prior = { a: some(a), b: some(b) };
        const sales = a.map((amount, at) => ({ sales: amount, days: some(b, at) }));
        const answers = [
          ageingBuckets({ due: a, amount: b }, one, edges),
          ageingBuckets({ due: a, amount: b }, one),
          daysSalesOutstanding({ receivables: one, creditSales: some(a), days: some(b) }),
          daysSalesOutstandingByCountBack(one, sales),
          fitLatePayment(history),
          pooledLatePaymentPrior(history),
          latePaymentProbability(prior, { late: some(edges), total: one }),
        ];
        expect(brokenIn(answers)).toEqual([]);
      }),
      { numRuns: 300 },
    );
  });

  it('grades, hold-out scores, tracking, units, BG/BB, purchase counts', () => {
    fc.assert(
      fc.property(list, list, list, likely, unit, unit, (a, b, c, one, from, to) => {
        const params = { r: some(a), alpha: some(b), a: some(c), b: some(a, 1) };
        const groups = { frequency: a, recency: b, opportunities: c };
        const cuts = rfmCutPoints({ recencyDays: a, frequency: b, monetary: c });
        const answers = [
          cuts,
          isRefusal(cuts) ? cuts : rfmScore(cuts, { recencyDays: some(b), frequency: some(c), monetary: one }),
          holdoutScore(a, b, c, one),
          holdoutScore(a, b, c),
          trackPurchases({ fitted: { model: 'bg-nbd', params }, births: a, repeatPurchases: b, step: one, until: some(c) }),
          durationIn('horizon', { length: one, unit: from }, to),
          rateIn('discount', { rate: one, per: from }, to),
          fitBgBb(groups),
          bgBbExpectedPurchases({ alpha: some(a), beta: some(b), gamma: some(c), delta: one }, some(a, 1)),
          bgNbdPurchaseCounts(params, one, some(c)),
          customerLifetimeValue({
            fitted: { model: 'mbg-nbd', params },
            unit: from,
            customer: { frequency: some(b), recency: some(c), T: one },
            spendPerPurchase: some(a),
            horizon: { length: some(b), unit: to },
            discount: { rate: some(c), per: to },
          }),
        ];
        expect(brokenIn(answers)).toEqual([]);
      }),
      { numRuns: 150 },
    );
  });

  it('names the field that is NaN', () => {
    const field = (answer: unknown): string => (isRefusal(answer) ? answer.field : 'answered');
    const log = { customer: ['a', 'b'], time: [0, NaN] };
    expect(field(summariseTransactions(log, { unit: 'week', asOf: 1 }))).toBe('time');
    expect(field(cohortTable({ customer: ['a'], time: [0], amount: [NaN] }, { period: 'month', asOf: 1 }))).toBe('amount');
    expect(field(ageingBuckets({ due: [0], amount: [1] }, NaN))).toBe('asOf');
    expect(field(holdoutScore([NaN], [1], [1]))).toBe('predicted');
    expect(field(fitLatePayment({ late: [NaN], total: [1] }))).toBe('late');
    expect(field(durationIn('horizon', { length: NaN, unit: 'week' }, 'day'))).toBe('horizon.length');
  });
});
