import { writeFile } from 'node:fs/promises';
import { forecast, isRefused } from '@tributary/forecasting';
import type { Forecast, ModelName, Refusal } from '@tributary/forecasting';
import { exitCode } from '../exit-code.ts';
import { table as asTable, toJsonText } from '../output.ts';
import { VerbFault } from '../verb-fault.ts';
import { deliver, figure } from './answer.ts';
import type { Delivery, Written } from './answer.ts';
import { readSeries, seriesInput } from './read-series.ts';
import type { Gaps, NamedSeries } from './read-series.ts';
import { showProgress } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/** What to forecast. */
export interface SeriesOptions {
  readonly file: string;
  readonly horizon: number;
  readonly season: readonly number[];
  readonly model: ModelName | 'auto';
  readonly levels: readonly number[];
  readonly nonnegative: boolean;
  readonly gaps: Gaps;
}

interface Answered {
  readonly own: NamedSeries;
  readonly result: Forecast;
}

/** A series that could not be answered, and why. */
export interface RefusedSeries extends Refusal {
  readonly series: string;
}

/** Rows that a person reads before the rest is counted. */
export const SHOWN = 20;

/**
 * `tributary forecast`: mean and quantiles of every series and step; the chosen model and its rolling-origin error of every series.
 * A series that is refused does not keep the others from being answered; the exit code is then 1.
 */
export async function forecastVerb(
  options: SeriesOptions,
  delivery: Delivery & { readonly report?: string },
  terminal: Terminal,
): Promise<void> {
  const { file, horizon, season, levels, nonnegative } = options;
  const { series, every } = await readSeries(file, options.gaps, terminal);
  const started = performance.now();
  const answered: Answered[] = [];
  const refused: RefusedSeries[] = [];
  const progress = showProgress(terminal, 'forecasting', series.length);
  try {
    for (const [at, own] of series.entries()) {
      const result = forecast(seriesInput(own, season), { horizon, levels, nonnegative, model: options.model });
      if (isRefused(result)) refused.push({ series: own.series, ...result.refused });
      else answered.push({ own, result });
      progress.update(at + 1);
    }
  } finally {
    progress.stop();
  }
  const seconds = (performance.now() - started) / 1000;
  const about = answered.map(({ own, result }) => ({
    series: own.series,
    periods: own.values.length,
    missing: own.missing,
    demandClass: result.demandClass,
    model: result.model,
    rollingOriginError: result.rollingOriginError ?? null,
    candidates: result.candidates,
  }));
  const summary = { file, every, horizon, season, model: options.model, levels, nonnegative, seconds, refused };
  if (options.model !== 'auto' && answered.length === 0 && refused[0] !== undefined)
    throw new VerbFault(`${file}, series ${refused[0].series}: ${refused[0].field} ${refused[0].reason}`);
  if (delivery.report !== undefined) await writeReport(delivery.report, { ...summary, series: about });
  await deliver(terminal, delivery, {
    table: {
      header: ['series', 'step', 'mean', ...levels.map((level) => `q${level}`)],
      rows: function* () {
        for (const { own, result } of answered)
          for (let step = 0; step < horizon; step += 1)
            yield [
              own.series,
              step + 1,
              result.mean[step] as number,
              ...levels.map((level): Written => result.quantiles[String(level)]?.[step] as number),
            ];
      },
    },
    summary: { ...summary, ...(delivery.out === undefined ? {} : { series: about }) },
    details: () => ({
      series: about.map((one, at) => ({ ...one, mean: answered[at]?.result.mean, quantiles: answered[at]?.result.quantiles })),
    }),
    words: () => {
      const counts = new Map<string, number>();
      for (const { model } of about) counts.set(model, (counts.get(model) ?? 0) + 1);
      const models = [...counts].sort((a, b) => b[1] - a[1]).map(([model, count]) => `${model} ${count}`);
      const rows = about.slice(0, SHOWN).map(({ series: name, model, rollingOriginError }) => ({
        series: name,
        model,
        'rolling-origin RMSE': figure(rollingOriginError?.rmse),
        bias: figure(rollingOriginError?.bias),
      }));
      return [
        `${answered.length} series, step: ${every}, ${horizon} steps, ${seconds.toFixed(2)} s; ${models.join(', ')}`,
        asTable(rows),
        ...(about.length > SHOWN ? [`and ${about.length - SHOWN} more`] : []),
      ].join('\n');
    },
  });
  reportRefused(refused, terminal);
}

/** Says which series were refused, and sets the exit code. */
export function reportRefused(refused: readonly RefusedSeries[], { err }: Terminal): void {
  if (refused.length === 0) return;
  for (const { series, field, reason } of refused.slice(0, SHOWN))
    err.write(`tributary: series ${series} is refused: ${field} ${reason}\n`);
  if (refused.length > SHOWN) err.write(`tributary: and ${refused.length - SHOWN} more series are refused\n`);
  process.exitCode = exitCode.failed;
}

async function writeReport(path: string, report: unknown): Promise<void> {
  await writeFile(path, `${toJsonText(report)}\n`).catch((error: unknown) => {
    throw new VerbFault(`${path} cannot be written: ${(error as Error).message}`);
  });
}
