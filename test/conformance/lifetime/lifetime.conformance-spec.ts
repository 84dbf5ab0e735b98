import { execFileSync } from 'node:child_process';
import { beforeAll, describe, expect, it } from '@jest/globals';
import {
  bgBbScore,
  customerLifetimeValue,
  expectedRepeatPurchases,
  fitBgBb,
  fitBgNbd,
  fitGammaGamma,
  fitMbgNbd,
  fitParetoNbd,
  gammaGammaExpectedSpends,
  isRefusal,
  purchaseScores,
} from '@tributary/lifetime';
import type { PurchaseModel } from '@tributary/lifetime';
import { cdnowSummary } from '../../support/lifetime/cdnow.ts';
import { donations } from '../../support/lifetime/donations.ts';
import { pythonEnvironment } from '../../support/python-environment.ts';

const HORIZON = 39;
const TIMES = [1, 13, 39, 78];
const MONTHS = 12;

interface Scored {
  readonly pAlive: number[];
  readonly expectedPurchases: number[];
  readonly newCustomer: number[];
}
interface Theirs {
  readonly params: Record<string, number>;
  readonly milliseconds: number;
}
interface Reference {
  readonly versions: Record<string, string>;
  readonly answers: Record<'bg-nbd' | 'mbg-nbd' | 'pareto-nbd', Theirs & { atOurs: Scored; lifetimeValue?: number[] }> & {
    'gamma-gamma': Theirs & { atOurs: number[] };
    'bg-bb': Theirs & { atOurs: Omit<Scored, 'newCustomer'> };
  };
}

const here = (path: string): string => new URL(path, import.meta.url).pathname;
/** A Python environment of the pinned versions. Without Python or the package index this fails, it does not skip. */
const python = (): string => pythonEnvironment('lifetime', here('requirements.txt'));

const answered = <A>(answer: A): Exclude<A, { refused: true }> => {
  if (isRefusal(answer)) throw new Error(answer.detail);
  return answer as Exclude<A, { refused: true }>;
};

/** Largest difference of two lists, as a share of the larger value (at least `floor`). */
const gap = (ours: ArrayLike<number>, theirs: readonly number[], floor = 1e-6): number =>
  theirs.reduce((worst, value, i) => Math.max(worst, Math.abs(value - (ours[i] as number)) / Math.max(Math.abs(value), floor)), 0);
const paramGap = (ours: Readonly<Record<string, number>>, theirs: Record<string, number>): number =>
  Math.max(...Object.keys(ours).map((name) => Math.abs((ours[name] as number) / (theirs[name] as number) - 1)));

const table: string[] = [];
const report = (quantity: string, difference: number, bound: number): void => {
  table.push(`| ${quantity} | ${difference.toExponential(1)} | ${bound.toExponential(0)} |`);
  expect(difference).toBeLessThanOrEqual(bound);
};

describe('conformance with the Python package lifetimes, same inputs in the same run', () => {
  const data = cdnowSummary();
  if (!data) {
    it('has no CDNOW data to compare on (warned above)', () => {
      expect(cdnowSummary()).toBeUndefined();
    });
    return;
  }
  const fits = {
    'bg-nbd': answered(fitBgNbd(data)),
    'mbg-nbd': answered(fitMbgNbd(data)),
    'pareto-nbd': answered(fitParetoNbd(data)),
    'gamma-gamma': answered(fitGammaGamma(data)),
    'bg-bb': answered(fitBgBb(donations)),
  };
  let reference: Reference;

  beforeAll(() => {
    const params = Object.fromEntries(Object.entries(fits).map(([name, fit]) => [name, fit.params]));
    const input = JSON.stringify({ summary: data, donations, params, horizon: HORIZON, times: TIMES, months: MONTHS });
    const output = execFileSync(python(), [here('lifetimes_reference.py')], { input, maxBuffer: 1 << 28, encoding: 'utf8' });
    reference = JSON.parse(output) as Reference;
  }, 600_000);

  it('the optima agree (the top of Pareto/NBD is flat, its search there stops earlier)', () => {
    report('BG/NBD parameters', paramGap(fits['bg-nbd'].params, reference.answers['bg-nbd'].params), 1e-5);
    report('MBG/NBD parameters', paramGap(fits['mbg-nbd'].params, reference.answers['mbg-nbd'].params), 1e-5);
    report('Pareto/NBD parameters', paramGap(fits['pareto-nbd'].params, reference.answers['pareto-nbd'].params), 5e-4);
    report('Gamma-Gamma parameters', paramGap(fits['gamma-gamma'].params, reference.answers['gamma-gamma'].params), 1e-5);
    report('BG/BB parameters', paramGap(fits['bg-bb'].params, reference.answers['bg-bb'].params), 1e-5);
  });

  it('at the same parameters P(alive) and expectations agree for all 2,357 customers', () => {
    for (const name of ['bg-nbd', 'mbg-nbd', 'pareto-nbd'] as const) {
      const fitted = { model: name, params: fits[name].params } as PurchaseModel;
      const ours = answered(purchaseScores(fitted, data, HORIZON));
      const theirs = reference.answers[name].atOurs;
      report(`${name} P(alive)`, gap(ours.pAlive, theirs.pAlive), 1e-11);
      report(`${name} expected purchases, ${HORIZON} weeks`, gap(ours.expectedPurchases, theirs.expectedPurchases), 1e-11);
      report(
        `${name} E[X(t)] of a new customer`,
        gap(
          TIMES.map((t) => expectedRepeatPurchases(fitted, t) as number),
          theirs.newCustomer,
        ),
        1e-11,
      );
    }
  });

  it('Gamma-Gamma expected spend and BG/BB agree at the same parameters', () => {
    report(
      'Gamma-Gamma expected spend',
      gap(answered(gammaGammaExpectedSpends(fits['gamma-gamma'].params, data)), reference.answers['gamma-gamma'].atOurs),
      1e-11,
    );
    const scores = donations.frequency.map((frequency, i) =>
      answered(bgBbScore(fits['bg-bb'].params, { frequency, recency: donations.recency[i] as number, opportunities: 6 }, 5)),
    );
    const theirs = reference.answers['bg-bb'].atOurs;
    report(
      'BG/BB P(alive at the next opportunity)',
      gap(
        scores.map((score) => score.pAlive),
        theirs.pAlive,
      ),
      1e-11,
    );
    report(
      'BG/BB expected purchases of the next 5',
      gap(
        scores.map((score) => score.expectedPurchases),
        theirs.expectedPurchases,
      ),
      1e-11,
    );
  });

  it('life-time value differs by its month: 4.348 weeks (365.25 days a year) against 4.345', () => {
    const ours = data.frequency.map(
      (frequency, i) =>
        answered(
          customerLifetimeValue({
            fitted: { model: 'bg-nbd', params: fits['bg-nbd'].params },
            unit: 'week',
            customer: { frequency, recency: data.recency[i] as number, T: data.T[i] as number },
            spendPerPurchase: 35,
            horizon: { length: MONTHS, unit: 'month' },
            discount: { rate: 0.01, per: 'month' },
            timing: { endOf: 'month' },
          }),
        ).value,
    );
    report('BG/NBD value, 12 months, end of month', gap(ours, reference.answers['bg-nbd'].lifetimeValue as number[]), 1e-3);
    process.stdout.write(
      `\n${JSON.stringify(reference.versions)}\n| quantity | largest relative difference | bound |\n| --- | --: | --: |\n${table.join('\n')}\n`,
    );
    const times = Object.entries(reference.answers).map(([name, { milliseconds }]) => `${name} ${milliseconds.toFixed(0)} ms`);
    process.stdout.write(`lifetimes' fits took: ${times.join(', ')}\n`);
  });
});
