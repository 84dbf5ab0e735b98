import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { createRandom, hyp2f1 } from '@tributary/numerics';
import { cdnowLog, cdnowSummary } from '../../../test/support/lifetime/cdnow.ts';
import { betaGeometricLikelihood, expectedWhileAlive } from './beta-geometric.ts';
import { bgNbdExpectedRepeatPurchases, bgNbdPurchaseCounts, bgNbdScore, bgNbdScores, fitBgNbd } from './bg-nbd.ts';
import type { BgNbdFit } from './bg-nbd.ts';
import { compressSummary } from './customer-summary.ts';
import { isRefusal } from './refusal.ts';
import { summariseTransactions } from './transactions.ts';

const printed = { r: 0.243, alpha: 4.414, a: 0.793, b: 2.426 };
const relative = (got: number, wanted: number): number => Math.abs(got - wanted) / Math.abs(wanted);
const number = (answer: unknown): number => {
  if (typeof answer !== 'number') throw new Error(JSON.stringify(answer));
  return answer;
};
const fitted = (answer: ReturnType<typeof fitBgNbd>): BgNbdFit => {
  if (isRefusal(answer)) throw new Error(answer.detail);
  return answer;
};

describe('BG/NBD on the CDNOW sample', () => {
  it('Fader, Hardie & Lee (2005) table 2: r .243, α 4.414, a .793, b 2.426, LL −9582.4; standard errors as `lifetimes` prints them', () => {
    const data = cdnowSummary();
    if (!data) return;
    const fit = fitted(fitBgNbd(data));
    expect(fit.converged).toBe(true);
    expect(Object.values(fit.params).map((value) => value.toFixed(3))).toEqual(['0.243', '4.414', '0.793', '2.426']);
    expect(fit.logLikelihood.toFixed(1)).toBe('-9582.4');
    expect(Object.values(fit.standardErrors).map((value) => value?.toFixed(4))).toEqual(['0.0126', '0.3782', '0.1857', '0.7054']);
  });

  it('CLVTools’ test suite, unrounded weeks: r .2425945, α 4.4136019, a .7929199, b 2.4258881, LL −9582.429, to 1e-5', () => {
    const log = cdnowLog();
    if (!log) return;
    const summary = summariseTransactions(log, { unit: 'week', asOf: Date.UTC(1997, 8, 30) });
    if (isRefusal(summary)) throw new Error(summary.detail);
    const fit = fitted(fitBgNbd(summary));
    expect(relative(fit.params.r, 0.2425945)).toBeLessThan(1e-5);
    expect(relative(fit.params.alpha, 4.4136019)).toBeLessThan(1e-5);
    expect(relative(fit.params.a, 0.7929199)).toBeLessThan(1e-5);
    expect(relative(fit.params.b, 2.4258881)).toBeLessThan(1e-5);
    expect(fit.logLikelihood.toFixed(3)).toBe('-9582.429');
  });

  it('Hardie’s spreadsheet to its printed digits: E[X(t)] at 0.1429 … 32 weeks, and 1.226 for x = 2, tₓ = 30.43, T = 38.86, t = 39', () => {
    const data = cdnowSummary();
    if (!data) return;
    const { params } = fitted(fitBgNbd(data));
    const expected = [0.1429, 1, 3, 31.8571, 32].map((t) => number(bgNbdExpectedRepeatPurchases(params, t)).toFixed(4));
    expect(expected).toEqual(['0.0078', '0.0532', '0.1506', '1.0405', '1.0437']);
    // At 78 weeks the sheet shows 1.8576; mpmath 1.3 at these parameters gives 1.857972, so there the sheet's truncated series is the one that is off.
    expect(number(bgNbdExpectedRepeatPurchases(params, 78)).toFixed(6)).toBe('1.857972');
    const score = bgNbdScore(params, { frequency: 2, recency: 30.43, T: 38.86 }, 39);
    expect(isRefusal(score) ? 0 : score.expectedPurchases.toFixed(3)).toBe('1.226');
  });

  it('is the same for customers in another order and scales with the time unit', () => {
    const data = cdnowSummary();
    if (!data) return;
    const part = { frequency: data.frequency.slice(0, 600), recency: data.recency.slice(0, 600), T: data.T.slice(0, 600) };
    const fit = fitted(fitBgNbd(part));
    const turned = fitted(
      fitBgNbd({ frequency: [...part.frequency].reverse(), recency: [...part.recency].reverse(), T: [...part.T].reverse() }),
    );
    const days = fitted(fitBgNbd({ frequency: part.frequency, recency: part.recency.map((t) => 7 * t), T: part.T.map((t) => 7 * t) }));
    for (const name of ['r', 'alpha', 'a', 'b'] as const) {
      expect(relative(turned.params[name], fit.params[name])).toBeLessThan(1e-7);
      expect(relative(days.params[name], fit.params[name] * (name === 'alpha' ? 7 : 1))).toBeLessThan(1e-7);
    }
  });
});

describe('BG/NBD in closed form', () => {
  it('the likelihood of one customer is eq. (6) of Fader, Hardie & Lee (2005) as printed', () => {
    const [r, alpha, a, b, x, tx, T] = [0.7, 2.5, 0.9, 1.8, 3, 4.2, 9.1];
    const beta = (p: number, q: number) => (gamma(p) * gamma(q)) / gamma(p + q);
    const common = (gamma(r + x) * alpha ** r) / gamma(r);
    const wanted =
      (beta(a, b + x) / beta(a, b)) * (common / (alpha + T) ** (r + x)) +
      (beta(a + 1, b + x - 1) / beta(a, b)) * (common / (alpha + tx) ** (r + x));
    const value = betaGeometricLikelihood(compressSummary({ frequency: [x], recency: [tx], T: [T] }), 0)(
      Float64Array.of(r, alpha, a, b),
      new Float64Array(4),
    );
    expect(relative(value, Math.log(wanted))).toBeLessThan(1e-13);
  });

  it('its gradient is the slope of its value', () => {
    const data = compressSummary({ frequency: [0, 1, 4, 0, 2], recency: [0, 3, 8, 0, 1], T: [5, 9, 10, 0, 7] });
    for (const extra of [0, 1] as const) {
      const at = [0.6, 3, 0.8, 2.1];
      const value = (theta: readonly number[]) => betaGeometricLikelihood(data, extra)(Float64Array.from(theta), new Float64Array(4));
      const gradient = new Float64Array(4);
      betaGeometricLikelihood(data, extra)(Float64Array.from(at), gradient);
      at.forEach((theta, i) => {
        const h = 1e-6 * theta;
        const slope = (value(at.map((v, j) => v + (i === j ? h : 0))) - value(at.map((v, j) => v - (i === j ? h : 0)))) / (2 * h);
        expect(Math.abs((gradient[i] as number) - slope)).toBeLessThan(1e-7);
      });
    }
  });

  it('the expectation agrees with eq. (10) as printed wherever that formula is well-behaved', () => {
    const range = (min: number, max: number) => fc.double({ min, max, noNaN: true });
    fc.assert(
      fc.property(range(0.1, 30), range(1, 100), range(1.3, 6), range(0.5, 30), range(1, 80), (rate, age, a, b, t) => {
        const wanted = ((a + b - 1) / (a - 1)) * (1 - (age / (age + t)) ** rate * hyp2f1(rate, b, a + b - 1, t / (age + t)));
        return Math.abs(expectedWhileAlive(rate, age, a, b, t) - wanted) <= 1e-9 * wanted;
      }),
    );
  });

  it('the expectation matches mpmath 1.3 at 50 digits off the printed formula’s path: a near 0, at 1, long and short horizons', () => {
    const table: readonly (readonly [number, number, number, number, number, number])[] = [
      [0.2536679405087446, 15.028543792711408, 0.19717101990585822, 6.4827625677731415, 13.446260492951494, 0.22353850064221803],
      [0.05610604621489027, 0.11289428729933203, 8.533786774030991, 0.5998767680796907, 0.14847550299815857, 0.047108402966619556],
      [192.06594832823475, 7.604208741644647, 8.464768387367, 2.6857131530904623, 15.679806638751735, 1.359785195430239],
      [0.11812516041390383, 34.629213913984735, 10.918389294812885, 3.7114501449430377, 50.846291275375634, 0.1124669818291033],
      [11.25546926522517, 0.18035398924478907, 4.506152258294382, 5.933333349792239, 0.32087678497263944, 2.6460665871957416],
      [0.041480564271579784, 289.8070511839483, 0.451462633213726, 14.337445240527677, 247.77871782295205, 0.03500657791909255],
      [16.35656250957451, 483.497987064999, 0.24119700679822276, 25.277045660707923, 1.6714957637601973, 0.05653007968174677],
      [113.5610874085431, 327.69260540071394, 0.02193259827742438, 0.2558035578629643, 0.12160031673812977, 0.04207036507079419],
      [147.51104097739145, 5.554531915590025, 1.5605188464807263, 0.7999790159599095, 3.437280063659691, 2.278783388058058],
      [0.9253196472492862, 2.5330394585107436, 1.1162446128037422, 5.6592043840795, 331.90122416579, 13.010332851906995],
      [12.346166206082653, 519.7355274353257, 9.94035700849213, 93.96560938911067, 22.717875272304504, 0.524919864447319],
      [0.13175847618743705, 277.04488254349695, 23.7801897448469, 51.771166856169756, 7.007087123328163, 0.0033175420648593897],
      [16.311904744645183, 0.6990366316595075, 8.140062809444142, 5.255294484255486, 0.2659422323362577, 1.646772972670972],
      [0.05509982165571263, 260.47734328868216, 29.128696614316638, 0.18431228331806798, 100.68774309175883, 0.017864000723478126],
      [1.1475059442232378, 0.40092348595451494, 0.10681183196710113, 20.2476983382665, 231.11871975642663, 483.06237270565293],
      [0.04655027299916153, 28.716407934377138, 0.014364511198768748, 14.299519105800409, 0.45161746649083, 0.000732081216726637],
      [70.378526123279, 836.6484819191966, 0.5874505405609284, 98.97530212602, 0.35346813414091477, 0.02973094921223603],
      [0.062013847634401834, 25.064049246427878, 0.012877221547211404, 0.39098002431530626, 1.0956722894499609, 0.002708964662147868],
      [6.603513458052046, 0.4214984326721763, 0.014077495154373924, 40.117799338598, 0.3708109920576961, 5.802975966649054],
      [138.96512434177254, 386.04556338966836, 0.21002081426809907, 2.40563037353622, 3.9844182712325886, 1.362569189229196],
      [8.846615050039448, 24.132424359119522, 0.9065958298287309, 7.2506744546169495, 504.7848094072119, 27.68275227450732],
      [2.6711722886114977, 5.305987392483834, 3.3196277205356006, 0.516305627150568, 0.3202095688752985, 0.14695113500471405],
      [164.2970639519967, 12.148122793443008, 0.8308194152173244, 0.10823618071527476, 1.1913838784395696, 1.4707555821174174],
      [5.056707259952792, 0.12028502456319194, 1.429857621357589, 7.880279217756314, 0.019971126066570425, 0.7801621233526663],
      [2.243, 43.3, 1.001, 4.426, 39.0, 1.6240677112438513],
      [2.243, 43.3, 0.1, 4.426, 39.0, 1.9672448551421122],
      [2.243, 43.3, 0.19, 4.426, 39.0, 1.9227663111901223],
      [2.243, 43.3, 0.21, 4.426, 39.0, 1.9132695815392717],
      [2.243, 43.3, 5.0, 4.426, 39.0, 1.1207184504932566],
    ];
    for (const [rate, age, a, b, t, wanted] of table) expect(relative(expectedWhileAlive(rate, age, a, b, t), wanted)).toBeLessThan(2e-12);
  });

  it('is continuous across a = 1, where the printed formula is 0/0', () => {
    const at = (a: number) => expectedWhileAlive(2.243, 43.274, a, 4.426, 39);
    expect(relative(at(1), 0.5 * (at(1 - 1e-4) + at(1 + 1e-4)))).toBeLessThan(1e-8);
  });

  it('purchase counts are a distribution whose mean is E[X(t)]', () => {
    const counts = bgNbdPurchaseCounts({ r: 1.2, alpha: 5, a: 2, b: 3 }, 4, 60);
    if (isRefusal(counts)) throw new Error(counts.detail);
    const mean = counts.reduce((sum, p, x) => sum + p * x, 0);
    expect(counts.reduce((sum, p) => sum + p, 0)).toBeCloseTo(1, 10);
    expect(mean).toBeCloseTo(number(bgNbdExpectedRepeatPurchases({ r: 1.2, alpha: 5, a: 2, b: 3 }, 4)), 10);
  });

  it('P(alive) is 1 for one-time buyers, falls with silence, and expectations rise with the horizon', () => {
    expect(bgNbdScore(printed, { frequency: 0, recency: 0, T: 50 }, 0)).toEqual({ pAlive: 1, expectedPurchases: 0 });
    const alive = [30, 40, 60, 100].map((T) => bgNbdScore(printed, { frequency: 5, recency: 28, T }, 10));
    const chances = alive.map((answer) => (isRefusal(answer) ? NaN : answer.pAlive));
    expect([...chances].sort((p, q) => q - p)).toEqual(chances);
    const ahead = [1, 5, 20, 400].map((t) => bgNbdScore(printed, { frequency: 5, recency: 28, T: 30 }, t));
    const purchases = ahead.map((answer) => (isRefusal(answer) ? NaN : answer.expectedPurchases));
    expect([...purchases].sort((p, q) => p - q)).toEqual(purchases);
  });

  it('many at once are the same as one by one', () => {
    const summary = { frequency: [0, 2, 5, 2, 0], recency: [0, 30.43, 28, 30.43, 0], T: [38.86, 38.86, 30, 38.86, 0] };
    const all = bgNbdScores(printed, summary, 39);
    if (isRefusal(all)) throw new Error(all.detail);
    summary.frequency.forEach((frequency, i) => {
      const one = bgNbdScore(printed, { frequency, recency: summary.recency[i] as number, T: summary.T[i] as number }, 39);
      expect(one).toEqual({ pAlive: all.pAlive[i], expectedPurchases: all.expectedPurchases[i] });
    });
  });

  it('large groups, whose expectation is interpolated, keep eleven digits', () => {
    const random = createRandom(4);
    const T = Array.from({ length: 1500 }, () => 0.5 + 90 * random.next());
    const frequency = T.map((_, i) => i % 3);
    const recency = T.map((age, i) => (i % 3 === 0 ? 0 : age * (0.2 + 0.8 * random.next())));
    const all = bgNbdScores(printed, { frequency, recency, T }, 39);
    if (isRefusal(all)) throw new Error(all.detail);
    const worst = frequency.reduce((most, x, i) => {
      const one = bgNbdScore(printed, { frequency: x, recency: recency[i] as number, T: T[i] as number }, 39);
      return isRefusal(one) ? NaN : Math.max(most, relative(all.expectedPurchases[i] as number, one.expectedPurchases));
    }, 0);
    expect(worst).toBeLessThan(1e-11);
  });
});

describe('BG/NBD refuses or answers', () => {
  it('names what is wrong with a row', () => {
    const base = { frequency: [1, 2], recency: [1, 2], T: [3, 4] };
    expect(fitBgNbd({ ...base, frequency: [1, 1.5] })).toMatchObject({ field: 'frequency', reason: 'not-whole', index: 1 });
    expect(fitBgNbd({ ...base, recency: [1, NaN] })).toMatchObject({ field: 'recency', reason: 'not-finite', index: 1 });
    expect(fitBgNbd({ ...base, T: [3, 1] })).toMatchObject({ field: 'recency', reason: 'inconsistent', index: 1 });
    expect(fitBgNbd({ ...base, recency: [0, 2] })).toMatchObject({ field: 'recency', reason: 'inconsistent', index: 0 });
    expect(fitBgNbd({ ...base, T: [3] })).toMatchObject({ field: 'T', reason: 'length-mismatch' });
    expect(fitBgNbd({ frequency: [], recency: [], T: [] })).toMatchObject({ reason: 'empty' });
    expect(bgNbdScore({ ...printed, a: 0 }, { frequency: 0, recency: 0, T: 1 }, 1)).toMatchObject({
      field: 'params.a',
      reason: 'not-positive',
    });
    expect(bgNbdScore(printed, { frequency: 0, recency: 0, T: 1 }, -1)).toMatchObject({ field: 'horizon', reason: 'negative' });
  });

  it('refuses all one-time buyers with the reason', () => {
    expect(fitBgNbd({ frequency: [0, 0], recency: [0, 0], T: [5, 9] })).toMatchObject({ reason: 'no-repeat-buyers' });
  });

  it('shows a base that nobody leaves as a at its bound, and still scores', () => {
    const steady = { frequency: [3, 5, 2, 9, 4, 6, 1, 8], recency: [10, 10, 10, 10, 10, 10, 10, 10], T: [10, 10, 10, 10, 10, 10, 10, 10] };
    const fit = fitted(fitBgNbd(steady));
    expect(fit.params.a / (fit.params.a + fit.params.b)).toBeLessThan(1e-3);
    const score = bgNbdScore(fit.params, { frequency: 3, recency: 10, T: 10 }, 5);
    expect(isRefusal(score) ? 0 : score.pAlive).toBeGreaterThan(0.99);
  });

  it('takes a customer born on the last day', () => {
    const fit = fitted(fitBgNbd({ frequency: [2, 0, 4, 0, 1], recency: [5, 0, 9, 0, 2], T: [9, 0, 11, 30, 20] }));
    expect(Number.isFinite(fit.logLikelihood)).toBe(true);
  });
});

const gamma = (x: number): number => (x < 1 ? gamma(x + 1) / x : x > 2 ? (x - 1) * gamma(x - 1) : lanczos(x));
/** Γ on [1, 2] by Lanczos (g = 7, n = 9; Godfrey 2001), apart from the library under test. */
const lanczos = (x: number): number => {
  const c = [
    0.9999999999998099, 676.5203681218851, -1259.1392167224028, 771.3234287776531, -176.6150291621406, 12.507343278686905,
    -0.13857109526572012, 9.984369578019572e-6, 1.5056327351493116e-7,
  ];
  const sum = c.reduce((total, value, i) => total + (i === 0 ? value : value / (x - 1 + i)), 0);
  const t = x + 6.5;
  return Math.sqrt(2 * Math.PI) * t ** (x - 0.5) * Math.exp(-t) * sum;
};
