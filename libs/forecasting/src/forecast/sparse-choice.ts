import { classicalIndices } from '../decomposition/classical.ts';
import { withSeason } from '../decomposition/adjust.ts';
import { seasonShows } from '../decomposition/seasonality-test.ts';
import type { FittedModel } from '../models/fitted-model.ts';
import { fitAdida, fitImapa } from '../models/intermittent/aggregation.ts';
import { demandEvents, fitCroston } from '../models/intermittent/croston.ts';
import { historyMean, sparseSes } from '../models/intermittent/flat-baselines.ts';
import { flatJudge, meanOfFlat } from '../models/intermittent/flat-model.ts';
import type { FlatErrors, FlatModel } from '../models/intermittent/flat-model.ts';
import { fitTsb } from '../models/intermittent/tsb.ts';
import type { PreparedSeries } from './series.ts';

export interface SparseChoice {
  readonly model: FittedModel;
  /** Season that the demand follows; 1 when none shows. */
  readonly season: number;
  readonly candidates: readonly { readonly model: string; readonly error: number }[];
}

/** A single model must beat the combination by this much, as the best of many looks better than it is. */
const HANDICAP = 0.93;

/**
 * The intermittent family with choice. The candidates are judged over all origins by RMSE and by the error of the horizon's sum: absolute errors would
 * reward a forecast of zero (Kolassa 2016). The mean of the history mean, SES, TSB, ADIDA and IMAPA is used unless one model is clearly better.
 */
export function chooseSparse({ values, seasons }: PreparedSeries, horizon: number): SparseChoice {
  const judge = flatJudge(values, horizon);
  const events = demandEvents(values);
  const mean = historyMean(values);
  const ses = sparseSes(values);
  const tsb = fitTsb(values);
  const adida = fitAdida(values, events);
  const imapa = fitImapa(values, events, adida);
  const combination = meanOfFlat('combination', [mean, ses, tsb, adida, imapa]);
  const models: FlatModel[] = [
    combination,
    mean,
    ses,
    fitCroston(values, { variant: 'croston' }, events),
    fitCroston(values, { variant: 'sba' }, events),
    tsb,
    adida,
    imapa,
  ];
  const judged = models.map((model) => ({ model, errors: judge(model) }));
  const base = judged[0]?.errors as FlatErrors;
  const relative = ({ rmse, sumRmse }: FlatErrors): number =>
    (rmse / Math.max(base.rmse, 1e-12) + sumRmse / Math.max(base.sumRmse, 1e-12)) / 2;
  let best = combination;
  let bestScore = HANDICAP;
  for (const { model, errors } of judged.slice(1)) {
    if (relative(errors) < bestScore) {
      best = model;
      bestScore = relative(errors);
    }
  }
  const season = seasons.find((length) => seasonShows(values, length)) ?? 1;
  return {
    model: season > 1 ? withSeason(best, phaseFactors(values, season), 'multiplicative') : best,
    season,
    candidates: judged.map(({ model, errors }) => ({ model: model.name, error: errors.rmse })).sort((a, b) => a.error - b.error),
  };
}

/** Demand of each phase relative to the mean, shrunk to one by as many pseudo-cycles as demand is noisy: (Σ + 4) / (cycles + 4). */
function phaseFactors(values: Float64Array, season: number): Float64Array {
  const additive = classicalIndices(values, season, 'additive');
  const cycles = values.length / season;
  let mean = 0;
  for (const y of values) mean += y / values.length;
  return additive.map((index) => Math.max(0, 1 + (index / Math.max(mean, 1e-12)) * (cycles / (cycles + 4))));
}
