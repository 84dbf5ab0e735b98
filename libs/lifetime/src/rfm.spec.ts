import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isRefusal } from './refusal.ts';
import { rfmCutPoints, rfmScore, rfmScores } from './rfm.ts';
import type { RfmCutPoints, RfmInput, RfmScores } from './rfm.ts';

const ten: RfmInput = {
  recencyDays: [1, 2, 3, 4, 5, 6, 7, 8, 9, 10],
  frequency: [10, 9, 8, 7, 6, 5, 4, 3, 2, 1],
  monetary: [100, 90, 80, 70, 60, 50, 40, 30, 20, 10],
};
const scored = (answer: ReturnType<typeof rfmScores>): RfmScores => {
  if (isRefusal(answer)) throw new Error(answer.detail);
  return answer;
};
const customers = fc.array(
  fc.record({
    recencyDays: fc.nat(700),
    frequency: fc.nat(9),
    monetary: fc.integer({ min: -5000, max: 500_000 }).map((cents) => cents / 100),
  }),
  { minLength: 1, maxLength: 60 },
);
const columns = (list: readonly { recencyDays: number; frequency: number; monetary: number }[]): RfmInput => ({
  recencyDays: list.map((c) => c.recencyDays),
  frequency: list.map((c) => c.frequency),
  monetary: list.map((c) => c.monetary),
});

describe('RFM', () => {
  it('gives ten even customers two of each score, 5 for the most recent, frequent and valuable', () => {
    const { r, f, m } = scored(rfmScores(ten));
    expect([...r]).toEqual([5, 5, 4, 4, 3, 3, 2, 2, 1, 1]);
    expect([...f]).toEqual([...r]);
    expect([...m]).toEqual([...r]);
  });

  it('cuts at SQL’s percentile_disc', () => {
    expect(rfmCutPoints(ten)).toEqual({ recencyDays: [2, 4, 6, 8], frequency: [2, 4, 6, 8], monetary: [20, 40, 60, 80] });
  });

  it('keeps ties together: with 60 % at one purchase those score 1 and the next score 4', () => {
    const { f } = scored(rfmScores({ ...ten, frequency: [1, 1, 1, 1, 1, 1, 2, 3, 4, 9] }));
    expect([...f]).toEqual([1, 1, 1, 1, 1, 1, 4, 4, 5, 5]);
  });

  it('uses fixed cut points as given; a value on a cut point is below it, for recency that is the better side', () => {
    const cutPoints: RfmCutPoints = { recencyDays: [30, 90], frequency: [1, 3], monetary: [0] };
    const { r, f, m } = scored(
      rfmScores({ recencyDays: [30, 31, 400], frequency: [1, 2, 4], monetary: [-5, 0, 0.01] }, { kind: 'fixed', cutPoints }),
    );
    expect([[...r], [...f], [...m]]).toEqual([
      [3, 2, 1],
      [1, 2, 3],
      [1, 1, 2],
    ]);
  });

  it('scores one customer against stored cut points exactly as all together', () => {
    fc.assert(
      fc.property(customers, (list) => {
        const all = scored(rfmScores(columns(list)));
        return list.every((customer, i) => {
          const one = rfmScore(all.cutPoints, customer);
          return !isRefusal(one) && one.r === all.r[i] && one.f === all.f[i] && one.m === all.m[i];
        });
      }),
    );
  });

  it('does not depend on the order or the unit of money, and more never scores less', () => {
    fc.assert(
      fc.property(customers, fc.constantFrom(0.5, 7, 1e6), (list, unit) => {
        const all = scored(rfmScores(columns(list)));
        const turned = scored(rfmScores(columns([...list].reverse().map((c) => ({ ...c, monetary: c.monetary * unit })))));
        const n = list.length;
        return list.every(
          (c, i) =>
            all.f[i] === turned.f[n - 1 - i] &&
            all.m[i] === turned.m[n - 1 - i] &&
            list.every((d, j) => c.frequency >= d.frequency || (all.f[i] as number) <= (all.f[j] as number)),
        );
      }),
    );
  });

  it('refuses NaN, lists of unequal length, an empty list, falling cut points and odd classes, by name', () => {
    expect(rfmScores({ ...ten, monetary: [...(ten.monetary as number[]).slice(0, 9), NaN] })).toMatchObject({
      field: 'monetary',
      reason: 'not-finite',
      index: 9,
    });
    expect(rfmScores({ ...ten, frequency: [1] })).toMatchObject({ field: 'frequency', reason: 'length-mismatch' });
    expect(rfmScores({ recencyDays: [], frequency: [], monetary: [] })).toMatchObject({ reason: 'empty' });
    expect(rfmScores({ ...ten, recencyDays: ten.recencyDays, frequency: [-1, ...(ten.frequency as number[]).slice(1)] })).toMatchObject({
      reason: 'negative',
      index: 0,
    });
    expect(rfmScore({ recencyDays: [3, 2], frequency: [], monetary: [] }, { recencyDays: 1, frequency: 1, monetary: 1 })).toMatchObject({
      field: 'cutPoints.recencyDays',
      reason: 'inconsistent',
      index: 1,
    });
    expect(rfmCutPoints(ten, 1)).toMatchObject({ field: 'classes' });
  });
});
