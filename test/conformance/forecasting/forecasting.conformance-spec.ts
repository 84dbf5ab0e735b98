import { execFileSync } from 'node:child_process';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { fitAdida, fitArima, fitCes, fitCroston, fitEts, fitTsb, forecast, forecastAhead, kpss, mstl, stl } from '@tributary/forecasting';
import type { EtsForm } from '@tributary/forecasting';
import { createRandom } from '@tributary/numerics';
import { pythonEnvironment } from '../../support/python-environment.ts';

/**
 * The same inputs through our models and through StatsForecast and statsmodels, in the same run. Versions are pinned in requirements.txt beside this file. Differences are printed as a table.
 */
const here = dirname(fileURLToPath(import.meta.url));

interface Regular {
  readonly theta: number[];
  readonly 'theta-optimised': number[];
  readonly 'theta-dynamic': number[];
  readonly 'theta-dynamic-seasonal': number[];
  readonly ces: Record<string, number[]>;
  readonly 'ces-aicc': Record<string, number>;
  readonly 'auto-ets': number[];
  readonly ets: Record<string, number>;
  readonly stl: { trend: number[]; seasonal: number[] };
  readonly 'stl-robust': { trend: number[]; seasonal: number[] };
  readonly mstl: number[][];
  readonly kpss: number;
  /** Orders p, d, q, P, D, Q at their exact maximum likelihood. */
  readonly arima: readonly { order: readonly number[]; llf: number; mean: number[] }[];
  readonly 'auto-arima': number[];
}
interface Sparse {
  readonly croston: number[];
  readonly sba: number[];
  readonly tsb: number[];
  readonly adida: number[];
}
interface Reference {
  readonly versions: Record<string, string>;
  readonly results: Record<string, Regular & Sparse>;
}

const random = createRandom(77);
const monthly = (name: string, noise: number, growth: number) => {
  let level = 1;
  const values = Array.from({ length: 96 }, (_, t) => {
    level *= Math.exp(growth + 0.01 * random.normal());
    return (
      400 *
      level *
      (1 + 0.2 * Math.sin((2 * Math.PI * t) / 12 + 1) + 0.08 * Math.cos((4 * Math.PI * t) / 12)) *
      Math.exp(noise * random.normal())
    );
  });
  return { name, values, season: 12, horizon: 12 };
};
const SERIES = [monthly('calm', 0.03, 0.004), monthly('noisy', 0.1, 0), monthly('falling', 0.05, -0.006)];
const SPARSE = ['rare', 'often'].map((name, i) => ({
  name,
  values: Array.from({ length: 80 }, () => (random.next() < 0.15 + 0.3 * i ? 1 + Math.floor(6 * random.next()) : 0)),
  season: 0,
  horizon: 3,
}));

let reference: Reference;
const table: { what: string; series: string; difference: string }[] = [];
const at = (name: string) => reference.results[name] as Regular & Sparse;
const worst = (ours: ArrayLike<number>, theirs: readonly number[]): number =>
  theirs.reduce((most, value, i) => Math.max(most, Math.abs((ours[i] as number) - value) / (Math.abs(value) + 1e-9)), 0);
const note = (what: string, series: string, difference: number): number => {
  table.push({ what, series, difference: difference.toExponential(1) });
  return difference;
};

beforeAll(() => {
  const python = pythonEnvironment('forecasting', join(here, 'requirements.txt'));
  const input = JSON.stringify({ series: [...SERIES, ...SPARSE] });
  reference = JSON.parse(execFileSync(python, [join(here, 'reference.py')], { input, maxBuffer: 1 << 26, encoding: 'utf8' })) as Reference;
}, 900_000);

describe('forecasting against StatsForecast and statsmodels', () => {
  it.each(SERIES)('$name: standard Theta forecasts agree to 0.1 %', ({ name, values, horizon }) => {
    expect(note('Theta', name, worst(ahead(values, 'theta', horizon), at(name).theta))).toBeLessThan(1e-3);
  });

  it.each(SERIES)('$name: dynamic optimised Theta agrees to 1 %, without and with a season', ({ name, values, season, horizon }) => {
    expect(note('dynamic optimised Theta', name, worst(ahead(values, 'theta-dynamic', horizon), at(name)['theta-dynamic']))).toBeLessThan(
      0.01,
    );
    expect(
      note('… with season', name, worst(ahead(values, 'theta-dynamic', horizon, season), at(name)['theta-dynamic-seasonal'])),
    ).toBeLessThan(0.01);
  });

  it.each(SERIES)(
    '$name: every kind of CES fits at least as well, and forecasts agree to 10 %: one objective, two searches',
    ({ name, values, season, horizon }) => {
      const kinds = { N: 'none', S: 'simple', P: 'partial', F: 'full' } as const;
      const n = values.length;
      const scale = values.reduce((sum, value) => sum + value, 0) / n;
      for (const [letter, kind] of Object.entries(kinds)) {
        const fit = fitCes(
          Float64Array.from(values, (value) => value / scale),
          kind,
          season,
        );
        if (!fit) throw new Error(`CES ${kind} was not fitted`);
        const gained = (at(name)['ces-aicc'][letter] as number) - (fit.aicc + 2 * n * Math.log(scale));
        note(`CES ${letter}: AICc gained`, name, gained);
        const ours = forecastAhead(fit, n, horizon).map((value) => value * scale);
        const difference = note(`CES ${letter}`, name, worst(ours, at(name).ces[letter] ?? []));
        expect(gained).toBeGreaterThan(-1);
        expect(difference).toBeLessThan(0.1);
      }
    },
  );

  it.each(SERIES)('$name: our ETS likelihood is at least that of statsmodels', ({ name, values, season }) => {
    for (const [code, theirs] of Object.entries(at(name).ets)) {
      const ours = logLikelihood(values, code, season);
      note(`ETS ${code}: log-likelihood gained`, name, ours - theirs);
    }
    for (const [code, theirs] of Object.entries(at(name).ets)) expect(logLikelihood(values, code, season)).toBeGreaterThan(theirs - 0.1);
  });

  it.each(SERIES)('$name: ARIMA is at the exact likelihood of statsmodels or above, and forecasts agree where it is the same', (one) => {
    const { name, values, season, horizon } = one;
    const scale = values.reduce((sum, value) => sum + value, 0) / values.length;
    const y = Float64Array.from(values, (value) => value / scale);
    for (const { order, llf, mean } of at(name).arima) {
      const [p = 0, d = 0, q = 0, P = 0, D = 0, Q = 0] = order;
      const fit = fitArima(y, { p, d, q, P, D, Q, constant: false }, season);
      if (!fit) throw new Error(`ARIMA ${order.join(',')} was not fitted`);
      const n = values.length - d - season * D;
      const k = p + q + P + Q + 1;
      const deviance = fit.aicc - 2 * k - (2 * k * (k + 1)) / (n - k - 1);
      const ours = -0.5 * (deviance + n * (1 + Math.log(2 * Math.PI))) - n * Math.log(scale);
      const gained = note(`ARIMA ${order.join(',')}: log-likelihood gained`, name, ours - llf);
      const forecasts = forecastAhead(fit, values.length, horizon).map((value) => value * scale);
      const difference = note(`ARIMA ${order.join(',')}`, name, worst(forecasts, mean));
      expect(gained).toBeGreaterThan(-0.01);
      if (gained < 0.01) expect(difference).toBeLessThan(2e-3);
    }
    // The order is a matter of search: told, not judged.
    note('automatic ARIMA', name, worst(ahead(values, 'arima', horizon, season), at(name)['auto-arima']));
  });

  it.each(SERIES)('$name: STL, robust STL and MSTL agree to rounding with statsmodels', ({ name, values, season }) => {
    const y = Float64Array.from(values);
    const plain = stl(y, season);
    const robust = stl(y, season, { seasonalWindow: 13, outerLoops: 15 });
    expect(note('STL trend', name, worst(plain.trend, at(name).stl.trend))).toBeLessThan(1e-9);
    expect(note('robust STL trend', name, worst(robust.trend, at(name)['stl-robust'].trend))).toBeLessThan(1e-9);
    const many = mstl(y, [season, 2 * season]);
    const gaps = many.seasonals.map((seasonal, i) =>
      Math.max(...seasonal.map((value, t) => Math.abs(value - (at(name).mstl[i]?.[t] as number)))),
    );
    expect(note('MSTL seasons (absolute)', name, Math.max(...gaps))).toBeLessThan(1e-6 * 400);
  });

  it.each(SERIES)('$name: KPSS statistic', ({ name, values }) => {
    expect(note('KPSS', name, Math.abs(kpss(Float64Array.from(values)) - at(name).kpss))).toBeLessThan(1e-9);
  });

  it.each(SPARSE)('$name: Croston, SBA and TSB agree to rounding; ADIDA to the search of its alpha', ({ name, values, horizon }) => {
    const y = Float64Array.from(values);
    const models = {
      croston: fitCroston(y, { variant: 'croston', alpha: 0.1 }),
      sba: fitCroston(y, { variant: 'sba', alpha: 0.1 }),
      tsb: fitTsb(y, { size: 0.2, probability: 0.1 }),
    };
    for (const model of ['croston', 'sba', 'tsb'] as const) {
      expect(note(model, name, worst(forecastAhead(models[model], y.length, horizon), at(name)[model]))).toBeLessThan(1e-9);
    }
    expect(note('adida', name, worst(forecastAhead(fitAdida(y), y.length, horizon), at(name).adida))).toBeLessThan(0.1);
  });

  it('the table of differences', () => {
    console.log(JSON.stringify(reference.versions));
    console.table(table);
    expect(table.length).toBeGreaterThan(40);
  });
});

function ahead(values: readonly number[], model: 'theta' | 'theta-dynamic' | 'arima', horizon: number, season = 1): number[] {
  const result = forecast({ values, season }, { horizon, model });
  if (result.refused) throw new Error(result.refused.reason);
  return result.mean;
}

/** Full normal log-likelihood at our maximum, in the units of the series. */
function logLikelihood(values: readonly number[], code: string, season: number): number {
  const match = /^([AM])(N|Ad|A)([NAM])$/.exec(code);
  const form = { error: match?.[1], trend: match?.[2], season: match?.[3] } as EtsForm;
  const n = values.length;
  const scale = values.reduce((sum, value) => sum + value, 0) / n;
  const fit = fitEts(
    Float64Array.from(values, (value) => value / scale),
    form,
    season,
  );
  if (!fit) throw new Error(`ETS ${code} was not fitted`);
  const deviance = fit.aic - 2 * (fit.freedom + 1);
  return -0.5 * (deviance + n * (Math.log((2 * Math.PI) / n) + 1)) - n * Math.log(scale);
}
