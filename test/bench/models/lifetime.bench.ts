/**
 * libs/lifetime on one core beside the Python package lifetimes on the same customers, in turns within one run.
 * `npm run bench -- models --only lifetime [-- --customers N --paired N]`
 *
 * Customers are drawn from BG/NBD itself with a fixed seed: "continuous" gives nearly every customer a row of his own (the worst case for compression), "whole days" is
 * what a shop's calendar gives. Medians of processor time after a warm-up, each side its own; every answer is checked before it is timed. Pairs other than
 * CDNOW run on `--paired` customers, because lifetimes takes minutes for a million. Ends with 1 when a figure misses its floor, or could not be measured
 * beside lifetimes, and names it.
 */
import { parseArgs } from 'node:util';
import {
  bgNbdScores,
  fitBgNbd,
  fitGammaGamma,
  fitMbgNbd,
  fitParetoNbd,
  gammaGammaExpectedSpends,
  isRefusal,
  rfmScores,
} from '@tributary/lifetime';
import { createRandom } from '@tributary/numerics';
import { cdnowSummary } from '../../support/lifetime/cdnow.ts';
import { cpuSecondsOf, medianOf, reportFigures } from './model-figures.ts';
import type { ModelFigure } from './model-figures.ts';
import { pairedPeer } from './paired-peer.ts';

const { values } = parseArgs({
  options: { json: { type: 'boolean' }, customers: { type: 'string', default: '1000000' }, paired: { type: 'string', default: '50000' } },
});
const many = Number(values.customers);
const few = Number(values.paired);
const truth = { r: 0.25, alpha: 4.4, a: 0.8, b: 2.4 };

interface Summary {
  readonly frequency: ArrayLike<number>;
  readonly recency: ArrayLike<number>;
  readonly T: ArrayLike<number>;
  readonly monetary: ArrayLike<number>;
}

/** Customers of BG/NBD, observed for 26 to 52 weeks. */
const draw = (customers: number, wholeDays: boolean) => {
  const random = createRandom(20050401);
  const [frequency, recency, T, monetary] = [0, 0, 0, 0].map(() => new Float64Array(customers)) as [
    Float64Array,
    Float64Array,
    Float64Array,
    Float64Array,
  ];
  for (let i = 0; i < customers; i += 1) {
    const rate = random.gamma(truth.r, truth.alpha);
    const leave = random.beta(truth.a, truth.b);
    const age = wholeDays ? Math.floor(182 + 182 * random.next()) / 7 : 26 + 26 * random.next();
    let [x, last] = [0, 0];
    for (let t = rate > 0 ? random.exponential(rate) : Infinity; t < age; t += random.exponential(rate)) {
      const day = wholeDays ? Math.ceil(t * 7) / 7 : t;
      if (day > age) break;
      // Two purchases of one day count once.
      if (day > last) x += 1;
      last = day;
      if (random.next() < leave) break;
    }
    frequency[i] = x;
    recency[i] = last;
    T[i] = age;
    if (x > 0) monetary[i] = random.gamma(6.25 * x, random.gamma(3.74, 15.44)) / x;
  }
  return { frequency, recency, T, monetary };
};
const answered = <A>(answer: A): Exclude<A, { refused: true }> => {
  if (isRefusal(answer)) throw new Error(answer.detail);
  return answer as Exclude<A, { refused: true }>;
};
const near = (got: number, wanted: number, share: number): void => {
  if (!(Math.abs(got - wanted) <= share * Math.abs(wanted))) throw new Error(`got ${got}, wanted ${wanted} within ${share}`);
};
const rfmInput = ({ frequency, recency, T, monetary }: Summary) => ({
  recencyDays: Array.from(T, (end, i) => Math.round((end - (recency[i] as number)) * 7)),
  frequency,
  monetary,
});

const peer = await pairedPeer('lifetime');
const figures: ModelFigure[] = [];
const plain = ({ frequency, recency, T, monetary }: Summary): Record<string, number[]> =>
  Object.fromEntries(Object.entries({ frequency, recency, T, monetary }).map(([name, own]) => [name, Array.from(own)]));

/** Runs ours and theirs in turns after a warm-up; the median of each, in milliseconds. */
async function inTurns(
  runs: number,
  work: () => void,
  theirs?: { readonly run: string; readonly on: string },
): Promise<{ own: number; peers: ModelFigure['peers'] }> {
  work();
  const [own, other]: [number[], number[]] = [[], []];
  for (let turn = 0; turn < runs; turn += 1) {
    own.push(1000 * cpuSecondsOf(work));
    const answer = theirs && (await peer?.ask<{ seconds: number }>(theirs));
    if (answer) other.push(1000 * answer.seconds);
  }
  const library = theirs?.run === 'rfm' ? 'pandas' : 'lifetimes';
  return { own: medianOf(own), peers: other.length === 0 ? [] : [{ library, value: medianOf(other) }] };
}

async function time(
  figure: string,
  runs: number,
  bounds: { readonly floor?: number; readonly aim?: number },
  work: () => void,
  theirs?: { readonly run: string; readonly on: string },
): Promise<void> {
  const { own, peers } = await inTurns(runs, work, theirs);
  figures.push({ figure, value: own, unit: 'CPU ms', better: 'less', peers, ...bounds });
}

/** Scoring is held to a rate. */
async function timeRate(
  figure: string,
  customers: number,
  work: () => void,
  theirs?: { readonly run: string; readonly on: string },
): Promise<void> {
  const { own, peers } = await inTurns(5, work, theirs);
  const perSecond = (milliseconds: number): number => (1000 * customers) / milliseconds;
  const bounds = theirs === undefined ? { floor: 1_000_000, aim: 2_000_000 } : {};
  figures.push({
    figure,
    value: perSecond(own),
    unit: 'customers/CPU s',
    better: 'more',
    peers: peers.map(({ library, value }) => ({ library, value: perSecond(value) })),
    ...bounds,
  });
}

const cdnow = cdnowSummary();
const scale = many / 1_000_000;
try {
  if (cdnow) {
    await peer?.ask({ load: 'cdnow', ...plain(cdnow) });
    near(answered(fitBgNbd(cdnow)).params.r, 0.242593, 1e-5);
    for (let i = 0; i < 5; i += 1) fitBgNbd(cdnow);
    await time('BG/NBD fit, CDNOW summary, warm', 11, { floor: 50, aim: 20 }, () => void fitBgNbd(cdnow), { run: 'bg-nbd', on: 'cdnow' });
    await time('MBG/NBD fit, CDNOW summary, warm', 5, {}, () => void fitMbgNbd(cdnow), { run: 'mbg-nbd', on: 'cdnow' });
    await time('Pareto/NBD fit, CDNOW summary, warm', 3, {}, () => void fitParetoNbd(cdnow), { run: 'pareto-nbd', on: 'cdnow' });
    await time('Gamma-Gamma fit, CDNOW summary, warm', 5, {}, () => void fitGammaGamma(cdnow), { run: 'gamma-gamma', on: 'cdnow' });
  }
  const paired = draw(few, true);
  await peer?.ask({ load: 'drawn', ...plain(paired) });
  const own = answered(fitBgNbd(paired));
  await time(`BG/NBD fit, whole days, ${few}`, 3, {}, () => void fitBgNbd(paired), { run: 'bg-nbd', on: 'drawn' });
  await timeRate(`BG/NBD score, 39 weeks, whole days, ${few}`, few, () => void bgNbdScores(own.params, paired, 39), {
    run: 'score',
    on: 'drawn',
  });
  await time(`Gamma-Gamma fit, ${few}`, 3, {}, () => void fitGammaGamma(paired), { run: 'gamma-gamma', on: 'drawn' });
  const graded = rfmInput(paired);
  await time(`RFM scores, ${few}`, 5, {}, () => void answered(rfmScores(graded)), { run: 'rfm', on: 'drawn' });
} finally {
  await peer?.close();
}

for (const wholeDays of [false, true]) {
  const data = draw(many, wholeDays);
  const kind = `${wholeDays ? 'whole days' : 'continuous times'}, ${many}`;
  const fit = answered(fitBgNbd(data));
  // Days are rounded up, so only continuous times give the truth back.
  if (!wholeDays) near(fit.params.r, truth.r, 0.05 / Math.sqrt(Math.min(1, scale)));
  await time(`BG/NBD fit, ${kind}`, 5, { floor: 4000 * scale, aim: 2000 * scale }, () => void fitBgNbd(data));
  await timeRate(`BG/NBD score, 39 weeks, ${kind}`, many, () => void bgNbdScores(fit.params, data, 39));
  if (wholeDays) continue;
  const spend = answered(fitGammaGamma(data));
  near(spend.params.q, 3.74, 0.05 / Math.sqrt(Math.min(1, scale)));
  await time(`Gamma-Gamma fit, ${many}`, 5, { floor: 2000 * scale, aim: 1000 * scale }, () => void fitGammaGamma(data));
  await time(`Gamma-Gamma expected spend, ${many}`, 5, {}, () => void gammaGammaExpectedSpends(spend.params, data));
  const graded = rfmInput(data);
  await time(`RFM scores, ${many}`, 5, { floor: 1000 * scale, aim: 500 * scale }, () => void answered(rfmScores(graded)));
}

process.exitCode = reportFigures(
  {
    bench: 'models/lifetime',
    versions: { node: process.version, ...peer?.versions },
    figures,
    unproven: [
      ...(peer === undefined ? ['fits and scores: not measured beside lifetimes'] : []),
      ...(cdnow === undefined ? ['BG/NBD fit, CDNOW summary: there is no CDNOW data to fit'] : []),
    ],
  },
  values.json === true,
);
