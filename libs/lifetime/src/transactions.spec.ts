import { describe, expect, it } from '@jest/globals';
import { cdnowLog, cdnowSummary } from '../../../test/support/lifetime/cdnow.ts';
import { purchaseScores } from './purchase-model.ts';
import { holdoutScore, trackPurchases } from './holdout.ts';
import { fitBgNbd } from './bg-nbd.ts';
import { isRefusal } from './refusal.ts';
import { rfmOfTransactions, splitCalibrationHoldout, summariseTransactions } from './transactions.ts';

const day = (text: string): number => Date.parse(`${text}Z`);
const log = {
  customer: ['ann', 'bob', 'ann', 'ann', 'ann', 'bob'],
  time: ['2024-01-01T10:00', '2024-01-03T09:00', '2024-01-08T23:30', '2024-01-08T08:00', '2024-03-01T12:00', '2024-01-03T20:00'].map(day),
  amount: [10, 5, 20, 4, 100, 7],
};

describe('summaries of a transaction log', () => {
  it('collapses a day, leaves the first day out of spend, and ignores what comes after asOf', () => {
    const summary = summariseTransactions(log, { unit: 'day', asOf: day('2024-01-31T12:00') });
    if (isRefusal(summary)) throw new Error(summary.detail);
    expect(summary.customers).toEqual(['ann', 'bob']);
    expect([...summary.frequency]).toEqual([1, 0]);
    expect([...summary.recency]).toEqual([7, 0]);
    expect([...summary.T]).toEqual([30, 28]);
    expect([...summary.monetary]).toEqual([24, 0]);
    expect(summary.ignored).toBe(1);
  });

  it('reads the day on the seller’s clock: half past eleven at night is the next day at UTC+8', () => {
    const summary = summariseTransactions(log, { unit: 'day', asOf: day('2024-01-31T12:00'), utcOffsetMinutes: 480 });
    expect(isRefusal(summary) ? [] : [...summary.frequency]).toEqual([2, 1]);
  });

  it('rebuilds the published CDNOW summary from its log, to its two decimals', () => {
    const [published, transactions] = [cdnowSummary(), cdnowLog()];
    if (!published || !transactions) return;
    const summary = summariseTransactions(transactions, { unit: 'week', asOf: Date.UTC(1997, 8, 30) });
    if (isRefusal(summary)) throw new Error(summary.detail);
    expect([...summary.frequency]).toEqual(published.frequency);
    const gap = (left: ArrayLike<number>, right: readonly number[]) =>
      right.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (left[i] as number))), 0);
    expect(gap(summary.recency, published.recency)).toBeLessThan(0.005001);
    expect(gap(summary.T, published.T)).toBeLessThan(0.005001);
    expect(gap(summary.monetary, published.monetary)).toBeLessThan(0.005001);
  });

  it('gives RFM facts of the same log', () => {
    const rfm = rfmOfTransactions(log, { asOf: day('2024-01-31T12:00') });
    if (isRefusal(rfm)) throw new Error(rfm.detail);
    expect([[...(rfm.recencyDays as Float64Array)], [...(rfm.frequency as Float64Array)], [...(rfm.monetary as Float64Array)]]).toEqual([
      [23, 28],
      [2, 1],
      [34, 12],
    ]);
  });

  it('refuses an empty log, a unit it does not know, NaN, and an asOf before everything', () => {
    expect(summariseTransactions({ customer: [], time: [] }, { unit: 'day', asOf: 0 })).toMatchObject({ reason: 'empty' });
    expect(summariseTransactions(log, { unit: 'quarter' as 'day', asOf: 0 })).toMatchObject({ field: 'unit', reason: 'unknown-unit' });
    expect(summariseTransactions({ ...log, time: [NaN, 1, 1, 1, 1, 1] }, { unit: 'day', asOf: 1 })).toMatchObject({
      field: 'time',
      index: 0,
    });
    expect(summariseTransactions(log, { unit: 'day', asOf: 0 })).toMatchObject({ field: 'asOf', reason: 'empty' });
    expect(splitCalibrationHoldout(log, { unit: 'day', calibrationEnd: 5, observationEnd: 5 })).toMatchObject({ field: 'observationEnd' });
  });
});

describe('hold-out and tracking', () => {
  it('CDNOW: a BG/NBD of 39 weeks sees an eighth too little in the next 39 in total, and beats "as before" per customer', () => {
    const transactions = cdnowLog();
    if (!transactions) return;
    const split = splitCalibrationHoldout(transactions, {
      unit: 'week',
      calibrationEnd: Date.UTC(1997, 8, 30),
      observationEnd: Date.UTC(1998, 5, 30),
    });
    if (isRefusal(split)) throw new Error(split.detail);
    const { calibration, holdoutPurchases, horizon } = split;
    expect(horizon).toBe(39);
    const fit = fitBgNbd(calibration);
    if (isRefusal(fit)) throw new Error(fit.detail);
    const scores = purchaseScores(fit, calibration, horizon);
    if (isRefusal(scores)) throw new Error(scores.detail);
    const score = holdoutScore(scores.expectedPurchases, holdoutPurchases, calibration.frequency);
    const naive = holdoutScore(calibration.frequency, holdoutPurchases, calibration.frequency);
    if (isRefusal(score) || isRefusal(naive)) throw new Error('refused');
    expect(score.totalError?.toFixed(2)).toBe('-0.12');
    expect(score.rmse).toBeLessThan(naive.rmse);
    expect(score.byFrequency.map((bin) => bin.customers).reduce((sum, n) => sum + n, 0)).toBe(2357);
    expect(score.byFrequency.map((bin) => bin.frequency)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
  });

  it('CDNOW: BG/NBD tracks 78 weeks of repeat purchases to about 4 % below (Fader, Hardie & Lee 2005, on CDNOW)', () => {
    const transactions = cdnowLog();
    if (!transactions) return;
    const start = Date.UTC(1996, 11, 31);
    const whole = summariseTransactions(transactions, { unit: 'week', asOf: Date.UTC(1998, 5, 30) });
    const half = summariseTransactions(transactions, { unit: 'week', asOf: Date.UTC(1997, 8, 30) });
    if (isRefusal(whole) || isRefusal(half)) throw new Error('refused');
    const fit = fitBgNbd(half);
    if (isRefusal(fit)) throw new Error(fit.detail);
    const births = [...half.T].map((T) => (Date.UTC(1997, 8, 30) - start) / (7 * 86_400_000) - T);
    const seen = new Set<string>();
    const repeatPurchases = transactions.time.flatMap((time, i) => {
      const key = `${transactions.customer[i]}|${time}`;
      const week = (time - start) / (7 * 86_400_000);
      const first = births[half.customers.indexOf(transactions.customer[i] as string)] as number;
      if (seen.has(key) || week <= first + 1e-9) return [];
      seen.add(key);
      return [week];
    });
    const tracking = trackPurchases({ fitted: fit, births, repeatPurchases, step: 1, until: 78 });
    if (isRefusal(tracking)) throw new Error(tracking.detail);
    expect(tracking.actualCumulative[77]).toBe(whole.frequency.reduce((sum, x) => sum + x, 0));
    const share = (tracking.expectedCumulative[77] as number) / (tracking.actualCumulative[77] as number) - 1;
    expect(share).toBeGreaterThan(-0.05);
    expect(share).toBeLessThan(-0.03);
  });

  it('tracks a cohort: expected sums E[X(t − birth)], actual counts, increments add up', () => {
    const fitted = { model: 'nbd', params: { r: 1, alpha: 2 } } as const;
    const tracking = trackPurchases({ fitted, births: [0, 0, 1], repeatPurchases: [0.5, 3, 1.9], step: 1, until: 3 });
    if (isRefusal(tracking)) throw new Error(tracking.detail);
    expect([...tracking.expectedCumulative]).toEqual([1, 2.5, 4]);
    expect([...tracking.actualCumulative]).toEqual([1, 2, 3]);
    expect([...tracking.expectedIncremental]).toEqual([1, 1.5, 1.5]);
    expect([...tracking.actualIncremental]).toEqual([1, 1, 1]);
    expect(trackPurchases({ fitted, births: [0], repeatPurchases: [], step: 0, until: 3 })).toMatchObject({ field: 'step' });
  });

  it('scores exactly and refuses what it cannot score', () => {
    expect(holdoutScore([1, 2], [2, 2], [0, 9])).toEqual({
      customers: 2,
      mae: 0.5,
      rmse: Math.SQRT1_2,
      bias: -0.5,
      totalPredicted: 3,
      totalActual: 4,
      totalError: -0.25,
      byFrequency: [
        { frequency: 0, customers: 1, meanPredicted: 1, meanActual: 2 },
        { frequency: 7, customers: 1, meanPredicted: 2, meanActual: 2 },
      ],
    });
    expect(holdoutScore([1], [0], [0])).toMatchObject({ totalError: null });
    expect(holdoutScore([NaN], [0], [0])).toMatchObject({ field: 'predicted' });
  });
});
