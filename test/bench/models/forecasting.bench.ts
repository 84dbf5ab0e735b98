import { forecast } from '@tributary/forecasting';
import type { ForecastOptions, SeriesInput } from '@tributary/forecasting';
import { createRandom } from '@tributary/numerics';

/**
 * Speed of the forecasting lib on one core, on simulated series of the lengths that the targets name. Run: `npx tsx test/bench/models/forecasting.bench.ts [--json]`.
 * `perCpuSecond` counts processor time of this process, so that a busy machine does not change it much; `perSecond` is by the clock.
 */
interface Figure {
  readonly name: string;
  readonly atLeast: number;
  readonly aim: number;
  readonly series: readonly SeriesInput[];
  readonly options: ForecastOptions;
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

const many = (count: number, make: (i: number) => SeriesInput): SeriesInput[] => Array.from({ length: count }, (_, i) => make(i));

const FIGURES: readonly Figure[] = [
  {
    name: 'auto, weekly, length 104, season 52',
    atLeast: 200,
    aim: 400,
    series: many(200, () => ({ values: regular(104, [52], 500), season: 52 })),
    options: { horizon: 13, levels: LEVELS, nonnegative: true },
  },
  {
    name: 'auto, weekly, length 104, no season',
    atLeast: 200,
    aim: 400,
    series: many(200, () => ({ values: regular(104, [], 500) })),
    options: { horizon: 13, levels: LEVELS, nonnegative: true },
  },
  {
    name: 'auto, monthly, length 60–120, season 12',
    atLeast: 100,
    aim: 200,
    series: many(150, (i) => ({ values: regular(60 + ((i * 7) % 61), [12], 900), season: 12 })),
    options: { horizon: 18, levels: LEVELS, nonnegative: true },
  },
  {
    name: 'auto, hourly, length 700–960, seasons 24 and 168',
    atLeast: 4,
    aim: 15,
    series: many(8, (i) => ({ values: regular(700 + ((i * 37) % 261), [24, 168], 60), season: [24, 168] })),
    options: { horizon: 48, levels: LEVELS, nonnegative: true },
  },
  {
    name: 'dynamic optimised Theta, length 104',
    atLeast: 1000,
    aim: 1000,
    series: many(500, () => ({ values: regular(104, [], 500) })),
    options: { horizon: 13, model: 'theta-dynamic' },
  },
  {
    name: 'intermittent family with choice, length 104',
    atLeast: 5000,
    aim: 10_000,
    series: many(1000, () => ({ values: sparse(104) })),
    options: { horizon: 13, levels: LEVELS, nonnegative: true },
  },
];

interface Measured {
  readonly name: string;
  readonly atLeast: number;
  readonly aim: number;
  readonly perSecond: number;
  readonly perCpuSecond: number;
  readonly series: number;
}

const WARM_MS = 1500;
const ROUNDS = 3;

function run({ series, options }: Figure): void {
  for (const one of series) {
    const result = forecast(one, options);
    if (result.refused) throw new Error(`refused: ${result.refused.field} ${result.refused.reason}`);
  }
}

function measure(figure: Figure): Measured {
  for (const start = performance.now(); performance.now() - start < WARM_MS;) run(figure);
  let best = { perSecond: 0, perCpuSecond: 0 };
  for (let round = 0; round < ROUNDS; round++) {
    const wall = performance.now();
    const cpu = process.cpuUsage();
    run(figure);
    const used = process.cpuUsage(cpu);
    best = {
      perSecond: Math.max(best.perSecond, (1000 * figure.series.length) / (performance.now() - wall)),
      perCpuSecond: Math.max(best.perCpuSecond, (1e6 * figure.series.length) / (used.user + used.system)),
    };
  }
  const { name, atLeast, aim } = figure;
  return { name, atLeast, aim, series: figure.series.length, ...best };
}

const measured = FIGURES.map(measure);
if (process.argv.includes('--json'))
  console.log(JSON.stringify({ bench: 'models/forecasting', node: process.version, figures: measured }, null, 2));
else {
  console.table(
    measured.map(({ name, perSecond, perCpuSecond, atLeast, aim }) => ({
      figure: name,
      'series/s': Math.round(perSecond),
      'series/CPU s': Math.round(perCpuSecond),
      'at least': atLeast,
      aim,
      met: perCpuSecond >= atLeast,
    })),
  );
}
process.exitCode = measured.every(({ perCpuSecond, atLeast }) => perCpuSecond >= atLeast) ? 0 : 1;
