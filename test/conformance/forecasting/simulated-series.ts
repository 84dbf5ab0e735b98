import { createRandom } from '@tributary/numerics';
import type { Random } from '@tributary/numerics';

/** A history and what came after it. */
export interface JudgedSeries {
  readonly name: string;
  readonly past: readonly number[];
  readonly future: readonly number[];
}

export interface Period {
  readonly name: string;
  readonly season: readonly number[];
  readonly horizon: number;
  /** Shortest and longest history. */
  readonly lengths: readonly [number, number];
}

export const PERIODS = [
  { name: 'yearly', season: [], horizon: 6, lengths: [18, 40] },
  { name: 'quarterly', season: [4], horizon: 8, lengths: [24, 80] },
  { name: 'monthly', season: [12], horizon: 12, lengths: [60, 120] },
  { name: 'weekly', season: [52], horizon: 13, lengths: [80, 160] },
  { name: 'hourly', season: [24, 168], horizon: 48, lengths: [700, 960] },
] as const satisfies readonly Period[];

type Process = (random: Random, season: readonly number[], length: number) => number[];

const between = (random: Random, low: number, high: number): number => low + (high - low) * random.next();

/** A fixed seasonal pattern of mean zero: a few waves, or one number a phase for short seasons. */
function seasonalPattern(random: Random, season: readonly number[], height: number): (t: number) => number {
  const parts = season.map((m) => {
    const waves = m <= 12 ? m >> 1 : 3;
    const coefficients = Array.from({ length: waves }, (_, j) => [random.normal() / (j + 1), random.normal() / (j + 1)] as const);
    return (t: number): number =>
      coefficients.reduce((sum, [a, b], j) => {
        const angle = (2 * Math.PI * (j + 1) * t) / m;
        return sum + a * Math.sin(angle) + b * Math.cos(angle);
      }, 0);
  });
  return (t) => parts.reduce((sum, part) => sum + height * part(t), 0);
}

/** Student's t with `degrees` of freedom, of variance one. */
const heavyTailed = (random: Random, degrees: number): number =>
  random.normal() / Math.sqrt(random.gamma(degrees / 2, 1 / 2) / (degrees - 2));

/** Innovations state space with additive errors: level, damped slope, and a season that moves. */
const exponentialSmoothing: Process = (random, season, length) => {
  const [alpha, beta, gamma, phi] = [
    between(random, 0.05, 0.9),
    between(random, 0, 0.15),
    between(random, 0, 0.2),
    between(random, 0.8, 1),
  ];
  const m = Math.max(...season, 1);
  const pattern = seasonalPattern(random, season, between(random, 0, 12));
  const seasonal = Array.from({ length: m }, (_, t) => pattern(t));
  const sigma = between(random, 1, 8);
  let level = 100;
  let slope = between(random, -0.3, 0.6);
  return Array.from({ length }, (_, t) => {
    const error = sigma * random.normal();
    const value = level + phi * slope + (seasonal[t % m] as number) + error;
    level += phi * slope + alpha * error;
    slope = phi * slope + beta * alpha * error;
    seasonal[t % m] = (seasonal[t % m] as number) + gamma * (1 - alpha) * error;
    return value;
  });
};

/** Level, season and errors multiply; growth fades. */
const multiplicativeGrowth: Process = (random, season, length) => {
  const pattern = seasonalPattern(random, season, between(random, 0.02, 0.15));
  const noise = between(random, 0.01, 0.12);
  const wander = between(random, 0, 0.04);
  let growth = between(random, -0.01, 0.03);
  const damping = between(random, 0.95, 1);
  let logLevel = Math.log(500);
  return Array.from({ length }, (_, t) => {
    growth *= damping;
    logLevel += growth + wander * random.normal();
    return Math.exp(logLevel + pattern(t) + noise * random.normal());
  });
};

/** ARMA(2, 1) errors, integrated half of the time, around a fixed season. */
const arimaErrors: Process = (random, season, length) => {
  const [r1, r2, theta] = [between(random, -0.5, 0.9), between(random, -0.5, 0.5), between(random, -0.7, 0.7)];
  const [phi1, phi2] = [r1 * (1 - r2), r2];
  const integrated = random.next() < 0.5;
  const pattern = seasonalPattern(random, season, between(random, 0, 6));
  const drift = integrated ? between(random, -0.2, 0.4) : 0;
  let [w1, w2, e1, sum] = [0, 0, 0, 0];
  const step = (): number => {
    const e = 2 * random.normal();
    const w = phi1 * w1 + phi2 * w2 + e + theta * e1;
    [w2, w1, e1] = [w1, w, e];
    return w;
  };
  for (let t = 0; t < 50; t++) step();
  return Array.from({ length }, (_, t) => {
    const w = step();
    sum += w + drift;
    return 120 + (integrated ? sum : 2 * w) + pattern(t);
  });
};

/** Line, fixed season, heavy-tailed noise, and a jump of the level somewhere in the history. */
const structuralBreak: Process = (random, season, length) => {
  const pattern = seasonalPattern(random, season, between(random, 0, 10));
  const slope = between(random, -0.2, 0.5);
  const at = Math.floor(length * between(random, 0.2, 0.9));
  const jump = 25 * random.normal();
  const sigma = between(random, 2, 8);
  return Array.from({ length }, (_, t) => 150 + slope * t + pattern(t) + (t >= at ? jump : 0) + sigma * heavyTailed(random, 5));
};

/** Poisson demand around a slowly moving, seasonal mean: what a steady item sells. */
const counts: Process = (random, season, length) => {
  const pattern = seasonalPattern(random, season, between(random, 0, 0.3));
  const wander = between(random, 0, 0.03);
  let logMean = Math.log(between(random, 6, 60));
  return Array.from({ length }, (_, t) => {
    logMean += wander * random.normal();
    return random.poisson(Math.exp(logMean + pattern(t)));
  });
};

/** A random walk and noise. */
const randomWalk: Process = (random, season, length) => {
  const pattern = seasonalPattern(random, season, between(random, 0, 3));
  const noise = between(random, 0, 4);
  let level = 200;
  return Array.from({ length }, (_, t) => (level += 2 * random.normal()) + pattern(t) + noise * random.normal());
};

const PROCESSES: Readonly<Record<string, Process>> = {
  exponentialSmoothing,
  multiplicativeGrowth,
  arimaErrors,
  structuralBreak,
  counts,
  randomWalk,
};

/** `count` series of a period, the processes in turn. Equal seeds give equal series. */
export function simulatedSeries({ name, season, horizon, lengths }: Period, count: number, seed: number): JudgedSeries[] {
  const random = createRandom(seed);
  const kinds = Object.entries(PROCESSES);
  return Array.from({ length: count }, (_, i) => {
    const [kind, process] = kinds[i % kinds.length] as [string, Process];
    const length = lengths[0] + random.integer(lengths[1] - lengths[0] + 1);
    const values = process(random, season, length + horizon);
    return { name: `${name}/${kind}#${i}`, past: values.slice(0, length), future: values.slice(length) };
  });
}

/** Sparse demand: steady, dying, growing, seasonal and lumpy items in turn. */
export function sparseSeries(count: number, horizon: number, seed: number): JudgedSeries[] {
  const random = createRandom(seed);
  const kinds = ['steady', 'dying', 'growing', 'seasonal', 'lumpy'] as const;
  return Array.from({ length: count }, (_, i) => {
    const kind = kinds[i % kinds.length] as (typeof kinds)[number];
    const length = 60 + random.integer(61);
    const chance = between(random, 0.08, 0.55);
    const turn = between(random, 0.3, 0.9);
    const size = between(random, 1, 6);
    const values = Array.from({ length: length + horizon }, (_value, t) => {
      const share = t / length;
      const factor =
        kind === 'dying'
          ? share > turn
            ? 0.2
            : 1
          : kind === 'growing'
            ? 0.3 + 0.9 * Math.min(1, share)
            : kind === 'seasonal'
              ? 1 + 0.8 * Math.sin((2 * Math.PI * t) / 12)
              : 1;
      if (random.next() >= chance * factor) return 0;
      return kind === 'lumpy' ? 1 + Math.floor(size * 3 * random.gamma(0.5, 0.5)) : 1 + random.poisson(size);
    });
    return { name: `sparse/${kind}#${i}`, past: values.slice(0, length), future: values.slice(length) };
  });
}
