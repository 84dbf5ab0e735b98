import { backtest, bias, isRefused, wape } from '@tributary/forecasting';
import type { Backtest } from '@tributary/forecasting';
import { table as asTable } from '../output.ts';
import { deliver, figure } from './answer.ts';
import type { Delivery, Written } from './answer.ts';
import { reportRefused, SHOWN } from './forecast.ts';
import type { RefusedSeries, SeriesOptions } from './forecast.ts';
import { readSeries, seriesInput } from './read-series.ts';
import { showProgress } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/** What to judge. */
export interface BacktestVerbOptions extends SeriesOptions {
  /** How many times the past is cut off and forecast. */
  readonly origins: number;
  /** Periods between two cuts; the horizon when missing. */
  readonly step?: number;
}

const MEASURES = [
  'smape',
  'mape',
  'wape',
  'mase',
  'rmsse',
  'mae',
  'rmse',
  'bias',
  'trackingSignal',
  'weightedQuantileLoss',
  'coverage',
] as const;

/** `tributary backtest`: cuts every series at earlier ends, forecasts from there with everything redone, and prints the measures. */
export async function backtestVerb(options: BacktestVerbOptions, delivery: Delivery, terminal: Terminal): Promise<void> {
  const { file, horizon, season, model, levels, nonnegative, origins, step } = options;
  const { series, every } = await readSeries(file, options.gaps, terminal);
  const started = performance.now();
  const judged: { readonly series: string; readonly result: Backtest }[] = [];
  const refused: RefusedSeries[] = [];
  const progress = showProgress(terminal, 'judging', series.length);
  try {
    for (const [at, own] of series.entries()) {
      const result = backtest(seriesInput(own, season), {
        horizon,
        levels,
        nonnegative,
        model,
        origins,
        ...(step === undefined ? {} : { step }),
      });
      if (isRefused(result)) refused.push({ series: own.series, ...result.refused });
      else judged.push({ series: own.series, result });
      progress.update(at + 1);
    }
  } finally {
    progress.stop();
  }
  const seconds = (performance.now() - started) / 1000;
  const overall = overallOf(judged.map(({ result }) => result));
  await deliver(terminal, delivery, {
    table: {
      header: ['series', 'models', 'judged', ...MEASURES, ...levels.map((level) => `pinball${level}`)],
      rows: function* () {
        for (const { series: name, result } of judged)
          yield [
            name,
            modelsOf(result),
            result.actual.length,
            ...MEASURES.map((measure): Written => result.measures[measure]),
            ...levels.map((level): Written => result.measures.pinball[String(level)] ?? null),
          ];
      },
    },
    summary: { file, every, horizon, season, model, levels, nonnegative, origins, step: step ?? horizon, seconds, overall, refused },
    details: () => ({
      series: judged.map(({ series: name, result }) => ({
        series: name,
        judged: result.actual.length,
        origins: result.origins,
        measures: result.measures,
      })),
    }),
    words: () =>
      [
        `${judged.length} series judged at ${origins} origins of ${horizon} steps (step: ${every}), ${seconds.toFixed(2)} s`,
        asTable(Object.entries(overall).map(([measure, value]) => ({ measure, value: figure(value) }))),
        ...(judged.length > 1
          ? [
              asTable(
                judged.slice(0, SHOWN).map(({ series: name, result }) => ({
                  series: name,
                  models: modelsOf(result),
                  sMAPE: figure(result.measures.smape),
                  MASE: figure(result.measures.mase),
                  RMSE: figure(result.measures.rmse),
                  coverage: figure(result.measures.coverage),
                })),
              ),
            ]
          : []),
        ...(judged.length > SHOWN ? [`and ${judged.length - SHOWN} more`] : []),
      ].join('\n'),
  });
  reportRefused(refused, terminal);
}

const modelsOf = ({ origins }: Backtest): string => [...new Set(origins.map(({ model }) => model))].join('+');

/**
 * All series together: the measures without a unit as means over the series that define them (as in the M competitions), WAPE and bias over all judged
 * periods, coverage over all judged periods.
 */
function overallOf(results: readonly Backtest[]): Record<string, number | null> {
  const mean = (values: readonly (number | null)[]): number | null => {
    const known = values.filter((value) => value !== null);
    return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
  };
  const actual = results.flatMap((result) => result.actual);
  const predicted = results.flatMap((result) => result.predicted);
  const covered = results.filter(({ measures }) => measures.coverage !== null);
  const periods = covered.reduce((sum, result) => sum + result.actual.length, 0);
  const inside = covered.reduce((sum, result) => sum + (result.measures.coverage ?? 0) * result.actual.length, 0);
  return {
    smape: mean(results.map(({ measures }) => measures.smape)),
    mase: mean(results.map(({ measures }) => measures.mase)),
    rmsse: mean(results.map(({ measures }) => measures.rmsse)),
    wape: actual.length === 0 ? null : wape(actual, predicted),
    bias: actual.length === 0 ? null : bias(actual, predicted),
    coverage: periods === 0 ? null : inside / periods,
  };
}
