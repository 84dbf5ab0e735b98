import { forecast } from '@tributary/forecasting';
import { FIGURES } from './forecasting-figures.ts';
import type { Figure } from './forecasting-figures.ts';
import { pairedPeer } from './paired-peer.ts';
import type { PythonPeer } from './python-peer.ts';

/**
 * Speed of the forecasting lib on one core beside StatsForecast and statsmodels on the same series, in turns within one run. Run: `npm run bench -- models --only forecasting`.
 * Rates count processor time, each side its own, so that a busy machine does not change them much; `perSecond` is ours by the clock.
 * Ends with 1 when a figure or a ratio is below its least, and names it; a ratio that could not be measured is one that is not met.
 */
interface Measured {
  readonly name: string;
  readonly atLeast: number;
  readonly aim: number;
  readonly series: number;
  readonly perSecond: number;
  readonly perCpuSecond: number;
  /** The other side's rate, and ours divided by it. */
  readonly peers: readonly {
    readonly what: string;
    readonly perCpuSecond: number;
    readonly ratio: number;
    readonly ratioAtLeast: number | null;
  }[];
}

const WARM_MS = 1500;
const ROUNDS = 5;

function run({ series, options }: Figure): void {
  for (const one of series) {
    const result = forecast(one, options);
    if (result.refused) throw new Error(`refused: ${result.refused.field} ${result.refused.reason}`);
  }
}

async function measure(figure: Figure, peer: PythonPeer | undefined): Promise<Measured> {
  const pairs = peer ? figure.peers : [];
  for (const { run: model, count } of pairs) {
    const series = figure.series.slice(0, count).map(({ values }) => Array.from(values));
    await peer?.ask({
      load: `warm ${figure.name} ${model}`,
      series: series.slice(0, 2),
      season: figure.season,
      horizon: figure.options.horizon,
    });
    await peer?.ask({ run: model, on: `warm ${figure.name} ${model}` });
    await peer?.ask({ load: `${figure.name} ${model}`, series, season: figure.season, horizon: figure.options.horizon });
  }
  for (const start = performance.now(); performance.now() - start < WARM_MS;) run(figure);
  let best = { perSecond: 0, perCpuSecond: 0 };
  const theirs = new Map<string, number>();
  for (let round = 0; round < ROUNDS; round++) {
    const wall = performance.now();
    const cpu = process.cpuUsage();
    run(figure);
    const used = process.cpuUsage(cpu);
    best = {
      perSecond: Math.max(best.perSecond, (1000 * figure.series.length) / (performance.now() - wall)),
      perCpuSecond: Math.max(best.perCpuSecond, (1e6 * figure.series.length) / (used.user + used.system)),
    };
    for (const { run: model } of pairs) {
      const answer = await peer?.ask<{ seconds: number; series: number }>({ run: model, on: `${figure.name} ${model}` });
      if (answer) theirs.set(model, Math.max(theirs.get(model) ?? 0, answer.series / answer.seconds));
    }
  }
  const { name, atLeast, aim } = figure;
  return {
    name,
    atLeast,
    aim,
    series: figure.series.length,
    ...best,
    peers: pairs.map(({ run: model, what, atLeast: least }) => {
      const rate = theirs.get(model) as number;
      return { what, perCpuSecond: rate, ratio: best.perCpuSecond / rate, ratioAtLeast: least ?? null };
    }),
  };
}

/** One sentence a figure or ratio that is below its least. */
function missesOf(measured: readonly Measured[], paired: boolean): string[] {
  const rate = (value: number): string => value.toPrecision(4);
  const slow = measured
    .filter(({ perCpuSecond, atLeast }) => perCpuSecond < atLeast)
    .map(({ name, perCpuSecond, atLeast }) => `${name}: ${rate(perCpuSecond)} series per processor second, at least ${atLeast}`);
  const behind = measured.flatMap(({ name, peers }) =>
    peers
      .filter(({ ratio, ratioAtLeast }) => ratioAtLeast !== null && ratio < ratioAtLeast)
      .map(({ what, ratio, ratioAtLeast }) => `${name}: ${rate(ratio)} times ${what}, at least ${ratioAtLeast}`),
  );
  const unproven = paired
    ? []
    : FIGURES.flatMap(({ name, peers }) =>
        peers.filter(({ atLeast }) => atLeast !== undefined).map(({ what }) => `${name}: not measured beside ${what}`),
      );
  return [...slow, ...behind, ...unproven];
}

const peer = await pairedPeer('forecasting');
const measured: Measured[] = [];
try {
  for (const figure of FIGURES) measured.push(await measure(figure, peer));
} finally {
  await peer?.close();
}
const misses = missesOf(measured, peer !== undefined);
const versions = { node: process.version, ...peer?.versions };
if (process.argv.includes('--json'))
  console.log(JSON.stringify({ bench: 'models/forecasting', versions, figures: measured, misses }, null, 2));
else {
  console.log(
    Object.entries(versions)
      .map(([name, version]) => `${name} ${version}`)
      .join(', '),
  );
  console.table(
    measured.map(({ name, perSecond, perCpuSecond, atLeast, aim, peers }) => ({
      figure: name,
      'series/s': Math.round(perSecond),
      'series/CPU s': Math.round(perCpuSecond),
      'at least': atLeast,
      aim,
      met: perCpuSecond >= atLeast,
      beside: peers
        .map(({ what, ratio, ratioAtLeast }) => `${ratio.toFixed(1)} × ${what}${ratioAtLeast === null ? '' : ` (≥ ${ratioAtLeast})`}`)
        .join('; '),
    })),
  );
}
for (const miss of misses) process.stderr.write(`models/forecasting: MISSED ${miss}\n`);
process.exitCode = misses.length === 0 ? 0 : 1;
