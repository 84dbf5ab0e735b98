import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { etsAuto } from './ets-auto.ts';
import { EtsFilter } from './ets-filter.ts';
import type { EtsForm } from './ets-filter.ts';
import { fitEts } from './ets-fit.ts';
import type { EtsFit } from './ets-fit.ts';
import { forecastAhead } from '../fitted-model.ts';

/** International visitor nights in Australia, quarterly 1999–2015: data set `austourists` of the R package fpp2. */
// prettier-ignore
const AUSTOURISTS = [
  30.052513, 19.148496, 25.317692, 27.591437, 32.076456, 23.487961, 28.47594, 35.123753, 36.838485, 25.007017, 30.72223, 28.693759, 36.640986, 23.824609,
  29.311683, 31.770309, 35.177877, 19.775244, 29.60175, 34.538842, 41.273599, 26.655862, 28.279859, 35.191153, 42.20566386, 24.64917133, 32.66733514,
  37.25735401, 45.24246027, 29.35048127, 36.34420728, 41.78208136, 49.27659843, 31.27540139, 37.85062549, 38.83704413, 51.23690034, 31.83855162, 41.32342126,
  42.79900337, 55.70835836, 33.40714492, 42.31663797, 45.15712257, 59.57607996, 34.83733016, 44.84168072, 46.9712496, 60.01903094, 38.37117851, 46.97586413,
  50.73379646, 61.64687319, 39.29956937, 52.67120908, 54.33231689, 66.83435838, 40.87118847, 51.82853579, 57.49190993, 65.25146985, 43.06120822, 54.76075713,
  59.83447494, 73.25702747, 47.69662373, 61.09776802, 66.05576122,
];

/** Annual oil production of Saudi Arabia 1996–2013, million tonnes: Hyndman and Athanasopoulos, FPP2, section 7.1. */
// prettier-ignore
const OIL = [
  445.3641, 453.195, 454.4096, 422.3789, 456.0371, 440.3866, 425.1944, 486.2052, 500.4291, 521.2759, 508.9476, 488.8889, 509.8706, 456.7229, 473.8166,
  525.9509, 549.8338, 542.3405,
];

const form = (code: string): EtsForm => {
  const match = /^([AM])(N|Ad|A)([NAM])$/.exec(code);
  return { error: match?.[1], trend: match?.[2], season: match?.[3] } as EtsForm;
};

interface Published {
  readonly code: string;
  readonly smoothing: readonly [alpha: number, beta: number, gamma: number, phi: number];
  /** Level, slope, then the seasonal states of the first four quarters. */
  readonly states: readonly number[];
  readonly logLikelihood: number;
  readonly forecast: readonly number[];
}

/** Output of `forecast::ets` in R for `austourists`, as shipped with the tests of statsmodels 0.15 (fit_ets_results_seasonal.json). */
const PUBLISHED: readonly Published[] = [
  {
    code: 'MAM',
    smoothing: [0.31562139, 0.00010001, 0.00010005, 1],
    states: [24.74993982, 0.51242558, 1.23309134, 0.77017133, 0.95960345, 1.03713388],
    logLikelihood: -195.75179425,
    forecast: [77.58807372, 48.8558019, 61.36513172, 66.85524201],
  },
  {
    code: 'AAdA',
    smoothing: [0.35445427, 0.03200749, 0.39993387, 0.97999997],
    states: [24.01278357, 0.97770147, 5.34956637, -6.61171798, -0.50735902, 1.76951063],
    logLikelihood: -200.02361522,
    forecast: [76.07768073, 51.61741109, 63.96457729, 68.27886241],
  },
  {
    code: 'ANA',
    smoothing: [0.54216695, 0, 0.39203017, 1],
    states: [25.54638913, 0, 4.84845926, -6.46658738, -0.53099835, 2.14912647],
    logLikelihood: -204.28165362,
    forecast: [75.32914757, 50.16726775, 62.21021038, 65.90296904],
  },
  {
    code: 'MAA',
    smoothing: [0.41637192, 0.00010001, 0.3529439, 1],
    states: [25.70245461, 0.44872759, 5.05727004, -6.84185501, -0.57933567, 2.36392064],
    logLikelihood: -203.60021572,
    forecast: [75.69740289, 51.25292515, 63.34573483, 67.35397685],
  },
];

describe('ETS', () => {
  it.each(PUBLISHED)(
    '$code at the parameters that forecast::ets prints for austourists: its log-likelihood and forecasts',
    ({ code, smoothing, states, logLikelihood, forecast }) => {
      const n = AUSTOURISTS.length;
      const filter = new EtsFilter(Float64Array.from(AUSTOURISTS), form(code), 4);
      filter.level[0] = states[0] as number;
      filter.slope[0] = states[1] as number;
      filter.seasonal.set(states.slice(2));
      const [alpha, beta, gamma, phi] = smoothing;
      const value = filter.run({ alpha, beta, gamma, phi });
      expect(-0.5 * n * (value + Math.log(n))).toBeCloseTo(logLikelihood, 4);
      const out = new Float64Array(4);
      filter.forecastFrom(n, phi, out);
      for (const [h, published] of forecast.entries()) expect(out[h]).toBeCloseTo(published, 4);
    },
  );

  it.each(PUBLISHED)('$code: our maximum is at least as likely as the one that forecast::ets found', ({ code, logLikelihood }) => {
    const n = AUSTOURISTS.length;
    const scale = 45;
    const fit = fitEts(
      Float64Array.from(AUSTOURISTS, (y) => y / scale),
      form(code),
      4,
    );
    const k = (fit?.freedom ?? 0) + 1;
    const ours = -0.5 * ((fit?.aic ?? 0) - 2 * k) - n * Math.log(scale);
    expect(ours).toBeGreaterThan(logLikelihood - 0.02);
  });

  it('simple exponential smoothing of Saudi oil production, FPP2 section 7.1: alpha 0.834, level 446.6, AICc 179.8573', () => {
    const scale = 480;
    const fit = fitEts(
      Float64Array.from(OIL, (y) => y / scale),
      form('ANN'),
      1,
    );
    expect(fit?.smoothing.alpha).toBeCloseTo(0.834, 3);
    expect((fit?.initial.level ?? 0) * scale).toBeCloseTo(446.6, 1);
    expect((fit?.aicc ?? 0) + 2 * OIL.length * Math.log(scale)).toBeCloseTo(179.8573, 4);
  });

  it('Holt’s linear method on Australian air passengers, FPP2 section 7.2: AIC 141.1291 at the printed alpha 0.8302, level 15.5715, slope 2.1017', () => {
    const passengers = [
      17.5534, 21.8601, 23.8866, 26.9293, 26.8885, 28.8314, 30.0751, 30.9535, 30.1857, 31.5797, 32.577569, 33.477398, 39.021581, 41.386432,
      41.596552, 44.657324, 46.951775, 48.728837, 51.488427, 50.026967, 60.640913, 63.3603103378, 66.355274, 68.197955, 68.1232376693,
      69.7793454797, 72.597700806,
    ];
    const n = passengers.length;
    const filter = new EtsFilter(Float64Array.from(passengers), { error: 'A', trend: 'A', season: 'N' }, 1);
    filter.level[0] = 15.5715;
    filter.slope[0] = 2.1017;
    const value = filter.run({ alpha: 0.8302, beta: 0.0001, gamma: 0, phi: 1 });
    expect(n * (value + Math.log(n)) + 10).toBeCloseTo(141.1291, 3);
    const unit = 45;
    const fit = fitEts(Float64Array.from(passengers, (y) => y / unit), { error: 'A', trend: 'A', season: 'N' }, 1); // prettier-ignore
    expect((fit?.aic ?? Number.NaN) + 2 * n * Math.log(unit)).toBeLessThan(141.1291);
    expect((fit?.aic ?? Number.NaN) + 2 * n * Math.log(unit)).toBeGreaterThan(141);
    expect((fit?.initial.slope ?? 0) * unit).toBeCloseTo(2.1, 1);
  });

  it('the adjoint gradient is the gradient', () => {
    const codes = ['ANN', 'AAN', 'AAdN', 'ANA', 'AAdA', 'AAM', 'MNN', 'MAdN', 'MNA', 'MAdA', 'MNM', 'MAdM'];
    fc.assert(
      fc.property(
        fc.constantFrom(...codes),
        fc.array(fc.double({ min: 0.5, max: 2, noNaN: true }), { minLength: 9, maxLength: 30 }),
        (code, y) => {
          const shape = form(code);
          const m = shape.season === 'N' ? 0 : 4;
          const filter = new EtsFilter(Float64Array.from(y), shape, 4);
          const at = [
            0.3,
            0.1,
            0.2,
            shape.trend === 'Ad' ? 0.9 : 1,
            1,
            0.01,
            ...Array.from({ length: m }, (_, k) => (shape.season === 'M' ? 1 : 0) + 0.05 * k),
          ];
          const run = (x: readonly number[]): number => {
            filter.level[0] = x[4] as number;
            filter.slope[0] = x[5] as number;
            filter.seasonal.set(x.slice(6));
            return filter.run({ alpha: x[0] as number, beta: x[1] as number, gamma: x[2] as number, phi: x[3] as number });
          };
          if (!Number.isFinite(run(at))) return true;
          const gradient = new Float64Array(6 + m);
          filter.gradient({ alpha: 0.3, beta: 0.1, gamma: 0.2, phi: at[3] as number }, gradient);
          return at.every((value, i) => {
            const moved = (by: number): number => run(at.map((v, j) => (i === j ? value + by : v)));
            const numeric = (moved(1e-6) - moved(-1e-6)) / 2e-6;
            return !Number.isFinite(numeric) || Math.abs(numeric - (gradient[i] as number)) < 1e-4 * (1 + Math.abs(numeric));
          });
        },
      ),
      { numRuns: 60 },
    );
  });

  it('the staged choice finds the AICc of the exhaustive one on austourists', () => {
    const y = Float64Array.from(AUSTOURISTS, (value) => value / 45);
    expect(etsAuto(y, 4)?.aicc).toBeCloseTo(etsAuto(y, 4, true)?.aicc ?? Number.NaN, 2);
    expect(etsAuto(y, 4)?.name).toBe('ETS(M,A,M)');
  });

  it('does not believe a slope that turns as fast as the level moves for a point or two of AICc', () => {
    const swinging = [
      130.2, 128, 132.3, 136.2, 138.3, 138.8, 138.9, 136.8, 137.1, 137.2, 130.6, 121.8, 113.3, 111.6, 109, 106.9, 108.1, 112.9, 115.5,
      121.3, 123.5, 120.2, 119.1, 112.5, 111.8, 119.3, 125.6,
    ];
    const y = Float64Array.from(swinging, (value) => value / 120);
    const flat = fitEts(y, { error: 'A', trend: 'N', season: 'N' }, 1);
    const steep = fitEts(y, { error: 'A', trend: 'A', season: 'N' }, 1);
    expect(steep?.aicc ?? Number.NaN).toBeLessThan(flat?.aicc ?? Number.NaN);
    expect(forecastAhead(steep as EtsFit, y.length, 6)[5]).toBeGreaterThan(1.3);
    expect(forecastAhead(etsAuto(y, 1) as EtsFit, y.length, 6)[5]).toBeLessThan(1.1);
  });
});
