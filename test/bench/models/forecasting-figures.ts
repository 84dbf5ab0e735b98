import type { ForecastOptions, SeriesInput } from '@tributary/forecasting';
import { createRandom } from '@tributary/numerics';

/** The same work by another library. */
interface Peer {
  /** Name of the model in `forecasting_peer.py`. */
  readonly run: string;
  readonly what: string;
  /** How many of the series it is given: enough for a steady rate, few enough to wait for. */
  readonly count: number;
  /** Our rate must be at least this many times its rate; told only where left out. */
  readonly atLeast?: number;
}

/** One row of the bench: simulated series of the lengths that the targets name. */
export interface Figure {
  readonly name: string;
  readonly atLeast: number;
  readonly aim: number;
  readonly series: readonly SeriesInput[];
  readonly season: readonly number[];
  readonly options: ForecastOptions;
  readonly peers: readonly Peer[];
}

const LEVELS = [0.1, 0.5, 0.9];
const random = createRandom(20240229);

/** Level and season that drift, multiplicative noise. */
function regular(length: number, season: readonly number[], size: number): number[] {
  const waves = season.map((m) => ({ m, height: 0.1 + 0.2 * random.next(), shift: 6 * random.next() }));
  const noise = 0.02 + 0.08 * random.next();
  let level = 1;
  return Array.from({ length }, (_, t) => {
    level *= Math.exp(0.01 * random.normal());
    const seasonal = waves.reduce((sum, { m, height, shift }) => sum + height * Math.sin((2 * Math.PI * t) / m + shift), 1);
    return size * level * Math.max(0.1, seasonal) * Math.exp(noise * random.normal());
  });
}

function sparse(length: number): number[] {
  const probability = 0.1 + 0.4 * random.next();
  return Array.from({ length }, () => (random.next() < probability ? 1 + Math.floor(-4 * Math.log(1 - random.next())) : 0));
}

const many = (count: number, season: readonly number[], make: (i: number) => number[]): Pick<Figure, 'series' | 'season'> => ({
  season,
  series: Array.from({ length: count }, (_, i) => ({ values: make(i), season })),
});
const combination = (count: number): Peer[] => [{ run: 'combination', what: 'StatsForecast ETS + CES + Theta', count }];

/** The rows, with the least and the aim of each in series per second of one core. */
export const FIGURES: readonly Figure[] = [
  {
    name: 'auto, weekly, length 104, season 52',
    atLeast: 200,
    aim: 400,
    ...many(200, [52], () => regular(104, [52], 500)),
    options: { horizon: 13, levels: LEVELS, nonnegative: true },
    peers: combination(10),
  },
  {
    name: 'auto, weekly, length 104, no season',
    atLeast: 200,
    aim: 400,
    ...many(200, [], () => regular(104, [], 500)),
    options: { horizon: 13, levels: LEVELS, nonnegative: true },
    peers: combination(20),
  },
  {
    name: 'auto, monthly, length 60–120, season 12',
    atLeast: 100,
    aim: 200,
    ...many(150, [12], (i) => regular(60 + ((i * 7) % 61), [12], 900)),
    options: { horizon: 18, levels: LEVELS, nonnegative: true },
    peers: combination(4),
  },
  {
    name: 'auto, hourly, length 700–960, seasons 24 and 168',
    atLeast: 4,
    aim: 15,
    ...many(8, [24, 168], (i) => regular(700 + ((i * 37) % 261), [24, 168], 60)),
    options: { horizon: 48, levels: LEVELS, nonnegative: true },
    peers: combination(2),
  },
  {
    name: 'dynamic optimised Theta, length 104',
    atLeast: 1000,
    aim: 1000,
    ...many(500, [], () => regular(104, [], 500)),
    options: { horizon: 13, model: 'theta-dynamic' },
    peers: [
      { run: 'theta', what: 'StatsForecast DynamicOptimizedTheta', count: 150, atLeast: 2 },
      { run: 'statsmodels-theta', what: 'statsmodels ThetaModel', count: 100, atLeast: 20 },
    ],
  },
  {
    name: 'intermittent family with choice, length 104',
    atLeast: 5000,
    aim: 10_000,
    ...many(1000, [], () => sparse(104)),
    options: { horizon: 13, levels: LEVELS, nonnegative: true },
    peers: [{ run: 'intermittent', what: 'StatsForecast Croston, SBA, TSB, ADIDA, IMAPA', count: 100 }],
  },
];
