import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { forecast } from '@tributary/forecasting';
import { pythonEnvironment } from '../../support/python-environment.ts';
import { combine, score } from './accuracy-score.ts';
import type { Answer, Score } from './accuracy-score.ts';
import { PERIODS, simulatedSeries } from './simulated-series.ts';
import type { JudgedSeries, Period } from './simulated-series.ts';

/**
 * Default `auto` beside StatsForecast's automatic models, in the same run on the same series: simulated ones of six processes, and real ones that Python packages
 * ship (no competition data). The seed of the simulated ones was new to the models; the real ones were looked at while they were built. The tables are those of docs/models/forecasting.md.
 */
const here = dirname(fileURLToPath(import.meta.url));
const SEED = 2_026;
const COUNTS: Readonly<Record<string, number>> = { yearly: 120, quarterly: 120, monthly: 60, weekly: 60, hourly: 18 };
/** Of the real ones every so many-th is taken where there are plenty. */
const EVERY: Readonly<Record<string, number>> = { monthly: 2 };

const SHORT = ['SeasonalNaive', 'ETS', 'Theta', 'DOTM', 'CES', 'ARIMA', 'MFLES'];
const MODELS: Readonly<Record<string, readonly string[]>> = {
  yearly: SHORT,
  quarterly: SHORT,
  monthly: SHORT,
  weekly: [...SHORT, 'MSTL-ETS', 'MSTL-DOTM', 'MSTL-CES'],
  hourly: ['SeasonalNaive', 'ETS', 'Theta', 'DOTM', 'CES', 'MFLES', 'MSTL-ETS', 'MSTL-DOTM', 'MSTL-CES', 'MSTL-ARIMA'],
};

interface Reference {
  readonly versions: Readonly<Record<string, string>>;
  readonly results: Readonly<Record<string, Readonly<Record<string, Answer>>>>;
  readonly failures: readonly (readonly [string, string, string])[];
}

let python: string;
let shipped: Readonly<Record<string, readonly { readonly name: string; readonly values: number[] }[]>>;
const script = join(here, 'accuracy_reference.py');
const ask = (args: readonly string[], input: string): unknown =>
  JSON.parse(execFileSync(python, [script, ...args], { input, maxBuffer: 1 << 28, encoding: 'utf8' }));

beforeAll(() => {
  python = pythonEnvironment('forecasting', join(here, 'requirements.txt'));
  shipped = ask(['shipped'], '') as typeof shipped;
}, 900_000);

/** The simulated series of a period and the real ones. */
function seriesOf(period: Period): JudgedSeries[] {
  const real = (shipped[period.name] ?? [])
    .filter((_, i) => i % (EVERY[period.name] ?? 1) === 0)
    .map(({ name, values }) => ({
      name: `${period.name}: ${name}`,
      past: values.slice(0, -period.horizon),
      future: values.slice(-period.horizon),
    }));
  return [...simulatedSeries(period, COUNTS[period.name] as number, SEED), ...real];
}

const ours = ({ past }: JudgedSeries, { season, horizon }: Period): Answer => {
  const result = forecast({ values: past, season }, { horizon, levels: [0.1, 0.5, 0.9] });
  if (result.refused) throw new Error(result.refused.reason);
  return { mean: result.mean, low: result.quantiles[0.1] ?? [], middle: result.quantiles[0.5] ?? [], high: result.quantiles[0.9] ?? [] };
};

/** Scores of `auto`, of every single model, and of their combinations, best first. A model that fails on a series is judged on the others and cannot win. */
function scoresOf(period: Period): { readonly auto: Score; readonly single: Score[]; readonly combined: Score[] } {
  const { name: periodName, season, horizon } = period;
  const all = seriesOf(period);
  const series = all.map(({ name, past }) => ({ name, period: periodName, season, horizon, values: past }));
  const reference = ask([], JSON.stringify({ series, models: MODELS })) as Reference;
  console.log(JSON.stringify({ ...reference.versions, failures: reference.failures }));
  const scale = period.season[0] ?? 1;
  const auto = score(
    'auto',
    scale,
    all.map((one) => ({ ...one, answer: ours(one, period) })),
  );
  const theirs = (method: string, answerOf: (name: string) => Answer | undefined): Score =>
    score(
      method,
      scale,
      all.flatMap((one) => {
        const answer = answerOf(one.name);
        return answer ? [{ ...one, answer }] : [];
      }),
    );
  const single = (MODELS[period.name] ?? []).map((model) => theirs(model, (name) => reference.results[name]?.[model]));
  const members = period.name === 'weekly' || period.name === 'hourly' ? ['MSTL-ETS', 'MSTL-CES', 'MSTL-DOTM'] : ['ETS', 'CES', 'DOTM'];
  const fourth = period.name === 'hourly' ? 'MSTL-ARIMA' : 'ARIMA';
  const combined = [members, [...members, fourth]].flatMap((names) =>
    (['mean', 'median'] as const).map((kind) =>
      theirs(`${kind} of ${names.join(', ')}`, (name) => {
        const answers = names.map((model) => reference.results[name]?.[model]);
        return answers.every((answer) => answer !== undefined) ? combine(answers, kind) : undefined;
      }),
    ),
  );
  const byMase = (a: Score, b: Score): number => a.mase - b.mase;
  return { auto, single: single.sort(byMase), combined: combined.sort(byMase) };
}

describe.each(PERIODS)('$name: auto beside StatsForecast', (period) => {
  let scores: ReturnType<typeof scoresOf>;
  const complete = (list: readonly Score[]): Score[] => list.filter(({ series }) => series === scores.auto.series);

  beforeAll(() => {
    scores = scoresOf(period);
    const round = (value: number | null): number | null => (value === null ? null : Number(value.toFixed(4)));
    console.log(`${period.name}, ${scores.auto.series} series`);
    console.table(
      [scores.auto, ...scores.single, ...scores.combined].map((one) => ({
        ...one,
        mase: round(one.mase),
        smape: round(one.smape),
        quantileLoss: round(one.quantileLoss),
        coverage: round(one.coverage),
      })),
    );
  }, 3_600_000);

  it('is at least as accurate as the best single automatic model', () => {
    const best = complete(scores.single)[0] as Score;
    expect(best.series).toBeGreaterThan(30);
    expect(scores.auto.mase).toBeLessThanOrEqual(best.mase);
  });

  it('has no larger quantile loss than the best single model', () => {
    const losses = complete(scores.single).flatMap(({ quantileLoss }) => quantileLoss ?? []);
    expect(losses.length).toBeGreaterThan(3);
    expect(scores.auto.quantileLoss).toBeLessThanOrEqual(Math.min(...losses));
  });

  it('covers 76–84 % of what comes by its 80 % intervals', () => {
    expect(scores.auto.coverage).toBeGreaterThan(0.76);
    expect(scores.auto.coverage).toBeLessThan(0.84);
  });
});
