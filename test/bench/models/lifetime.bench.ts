// Speed of libs/lifetime against the targets of the models' issue. `npx tsx test/bench/models/lifetime.bench.ts [--json] [--customers N]`, after a build.
// Customers are drawn from BG/NBD itself with a fixed seed: "continuous" gives nearly every customer a row of his own (the worst case for
// compression), "whole days" is what a shop's calendar gives. Medians of the runs after one warm-up; every answer is checked before it is timed.
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

interface Line {
  readonly figure: string;
  readonly customers: number;
  readonly milliseconds: number;
  readonly spread: readonly [number, number];
  /** Median processor time: on a shared machine the wall clock also counts the neighbours. */
  readonly cpuMilliseconds: number;
  readonly perSecond: number;
  readonly target: string;
  readonly met: boolean | null;
}

const argument = (name: string): string | undefined => process.argv[process.argv.indexOf(name) + 1];
const json = process.argv.includes('--json');
const MANY = process.argv.includes('--customers') ? Number(argument('--customers')) : 1_000_000;
const TRUTH = { r: 0.25, alpha: 4.4, a: 0.8, b: 2.4 };

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
    const rate = random.gamma(TRUTH.r, TRUTH.alpha);
    const leave = random.beta(TRUTH.a, TRUTH.b);
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

const lines: Line[] = [];
const time = (figure: string, customers: number, runs: number, target: readonly [number, 'ms' | '/s'] | null, work: () => void): void => {
  work();
  const taken: number[] = [];
  const used: number[] = [];
  for (let run = 0; run < runs; run += 1) {
    const [start, cpu] = [performance.now(), process.cpuUsage()];
    work();
    const spent = process.cpuUsage(cpu);
    taken.push(performance.now() - start);
    used.push((spent.user + spent.system) / 1000);
  }
  taken.sort((a, b) => a - b);
  used.sort((a, b) => a - b);
  const milliseconds = taken[Math.floor(runs / 2)] as number;
  const cpuMilliseconds = used[Math.floor(runs / 2)] as number;
  const perSecond = (customers / milliseconds) * 1000;
  const met = target && (target[1] === 'ms' ? milliseconds <= target[0] : perSecond >= target[0]);
  const wanted = target ? `${target[1] === 'ms' ? '≤' : '≥'} ${target[0].toLocaleString('en')} ${target[1]}` : '–';
  lines.push({
    figure,
    customers,
    milliseconds,
    spread: [taken[0] as number, taken[runs - 1] as number],
    cpuMilliseconds,
    perSecond,
    target: wanted,
    met,
  });
};

const cdnow = cdnowSummary();
if (cdnow) {
  near(answered(fitBgNbd(cdnow)).params.r, 0.242593, 1e-5);
  for (let i = 0; i < 5; i += 1) fitBgNbd(cdnow);
  time('BG/NBD fit, CDNOW summary, warm', 2357, 21, [50, 'ms'], () => void fitBgNbd(cdnow));
  time('MBG/NBD fit, CDNOW summary, warm', 2357, 11, null, () => void fitMbgNbd(cdnow));
  time('Pareto/NBD fit, CDNOW summary, warm', 2357, 5, null, () => void fitParetoNbd(cdnow));
  time('Gamma-Gamma fit, CDNOW summary, warm', 2357, 11, null, () => void fitGammaGamma(cdnow));
}
const scale = MANY / 1_000_000;
for (const wholeDays of [false, true]) {
  const data = draw(MANY, wholeDays);
  const kind = wholeDays ? 'whole days' : 'continuous times';
  const fit = answered(fitBgNbd(data));
  // Days are rounded up, so only continuous times give the truth back.
  if (!wholeDays) near(fit.params.r, TRUTH.r, 0.05 / Math.sqrt(Math.min(1, scale)));
  time(`BG/NBD fit, ${kind}`, MANY, 5, [4000 * scale, 'ms'], () => void fitBgNbd(data));
  time(`BG/NBD score, 39 weeks, ${kind}`, MANY, 5, [1_000_000, '/s'], () => void bgNbdScores(fit.params, data, 39));
  if (wholeDays) continue;
  const spend = answered(fitGammaGamma(data));
  near(spend.params.q, 3.74, 0.05 / Math.sqrt(Math.min(1, scale)));
  time('Gamma-Gamma fit', MANY, 5, [2000 * scale, 'ms'], () => void fitGammaGamma(data));
  time('Gamma-Gamma expected spend', MANY, 5, null, () => void gammaGammaExpectedSpends(spend.params, data));
  const recencyDays = data.T.map((T, i) => Math.round((T - (data.recency[i] as number)) * 7));
  time(
    'RFM scores',
    MANY,
    5,
    [1000 * scale, 'ms'],
    () => void answered(rfmScores({ recencyDays, frequency: data.frequency, monetary: data.monetary })),
  );
}

if (json) {
  process.stdout.write(`${JSON.stringify({ bench: 'lifetime', node: process.version, lines }, null, 2)}\n`);
} else {
  const row = (cells: readonly string[]) => process.stdout.write(`| ${cells.join(' | ')} |\n`);
  row(['figure', 'customers', 'median ms', 'min–max ms', 'cpu ms', 'customers/s', 'target', 'met']);
  row(['---', '--:', '--:', '--:', '--:', '--:', '---', '---']);
  for (const line of lines) {
    const met = line.met === null ? '–' : line.met ? 'yes' : 'NO';
    row([
      line.figure,
      line.customers.toLocaleString('en'),
      line.milliseconds.toFixed(1),
      line.spread.map((ms) => ms.toFixed(1)).join('–'),
      line.cpuMilliseconds.toFixed(1),
      Math.round(line.perSecond).toLocaleString('en'),
      line.target,
      met,
    ]);
  }
}
