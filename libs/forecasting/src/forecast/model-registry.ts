import { classicalIndices } from '../decomposition/classical.ts';
import { removeSeason, withSeason } from '../decomposition/adjust.ts';
import { adjustLongSeasons, needsAdjustment } from '../decomposition/long-seasons.ts';
import type { SeasonAdjustment } from '../decomposition/long-seasons.ts';
import { seasonShows } from '../decomposition/seasonality-test.ts';
import { arimaAuto } from '../models/arima/arima-auto.ts';
import { cesAuto } from '../models/ces/ces-fit.ts';
import { etsAuto } from '../models/ets/ets-auto.ts';
import type { EtsForm } from '../models/ets/ets-filter.ts';
import { etsParameterCount, fitEts } from '../models/ets/ets-fit.ts';
import type { FittedModel } from '../models/fitted-model.ts';
import { fitAdida, fitImapa } from '../models/intermittent/aggregation.ts';
import { fitCroston } from '../models/intermittent/croston.ts';
import { fitTsb } from '../models/intermittent/tsb.ts';
import { historyMean } from '../models/intermittent/flat-baselines.ts';
import { drift, seasonalNaive } from '../models/naive.ts';
import { fitTheta } from '../models/theta/theta-fit.ts';
import type { ThetaKind } from '../models/theta/theta-fit.ts';

/** What a model is fitted to: values of magnitude one and the season lengths, ascending. */
export interface FitInput {
  readonly values: Float64Array;
  readonly seasons: readonly number[];
  /** Long or multiple seasons taken out beforehand, so that several models can use one decomposition. */
  readonly adjustment?: SeasonAdjustment | undefined;
}

type Fitter = (input: FitInput) => FittedModel | undefined;

const ets =
  (form: EtsForm): Fitter =>
  ({ values, seasons }) => {
    const season = seasons[0] ?? 1;
    if (form.season !== 'N' && (season < 2 || values.length < 2 * season)) return undefined;
    if (values.length <= etsParameterCount(form, season)) return undefined;
    return fitEts(values, form, season);
  };

const theta =
  (kind: ThetaKind): Fitter =>
  ({ values, seasons }) => {
    if (values.length < 4) return undefined;
    const season = seasons[0] ?? 1;
    if (!seasonShows(values, season)) return fitTheta(values, kind);
    const positive = values.every((y) => y > 1e-3);
    const seasonKind = positive ? 'multiplicative' : 'additive';
    const indices = classicalIndices(values, season, seasonKind);
    if (seasonKind === 'multiplicative' && indices.some((index) => index <= 0.01)) return undefined;
    return withSeason(fitTheta(removeSeason(values, indices, seasonKind), kind), indices, seasonKind);
  };

/** Every single model by name. A fitter answers `undefined` where the series cannot carry the model. */
export const MODELS = {
  naive: ({ values }) => seasonalNaive(values, 1),
  'seasonal-naive': ({ values, seasons }) => seasonalNaive(values, seasons[seasons.length - 1] ?? 1),
  mean: ({ values }) => historyMean(values),
  drift: ({ values }) => drift(values),
  ses: ets({ error: 'A', trend: 'N', season: 'N' }),
  holt: ets({ error: 'A', trend: 'A', season: 'N' }),
  'holt-damped': ets({ error: 'A', trend: 'Ad', season: 'N' }),
  'holt-winters-additive': ets({ error: 'A', trend: 'A', season: 'A' }),
  'holt-winters-multiplicative': ets({ error: 'A', trend: 'A', season: 'M' }),
  ets: ({ values, seasons }) => etsAuto(values, seasons[0] ?? 1),
  arima: ({ values, seasons }) => arimaAuto(values, seasons[0] ?? 1),
  ces: ({ values, seasons }) => cesAuto(values, seasons[0] ?? 1),
  theta: theta('standard'),
  'theta-optimised': theta('optimised'),
  'theta-dynamic': theta('dynamic-optimised'),
  croston: ({ values }) => fitCroston(values, { variant: 'croston' }),
  sba: ({ values }) => fitCroston(values, { variant: 'sba' }),
  tsb: ({ values }) => fitTsb(values),
  adida: ({ values }) => fitAdida(values),
  imapa: ({ values }) => fitImapa(values),
} as const satisfies Record<string, Fitter>;

/** Name of a single model. */
export type ModelName = keyof typeof MODELS;

/** All names, in the order of the table. */
export const MODEL_NAMES = Object.keys(MODELS) as readonly ModelName[];

/** The decomposition that models of these seasons start from, if they need one. */
export function adjustmentOf(values: Float64Array, seasons: readonly number[]): SeasonAdjustment | undefined {
  return needsAdjustment(seasons) ? adjustLongSeasons(values, seasons) : undefined;
}

/** These see the seasons themselves, or none. */
const UNADJUSTED: ReadonlySet<ModelName> = new Set([
  'naive',
  'seasonal-naive',
  'mean',
  'drift',
  'croston',
  'sba',
  'tsb',
  'adida',
  'imapa',
] as const);

/** Fits a model by name and calls the result by that name. */
export function fitModel(name: ModelName, input: FitInput): FittedModel | undefined {
  const { adjustment } = input;
  if (adjustment && !UNADJUSTED.has(name)) {
    const inner = MODELS[name]({ values: adjustment.adjusted, seasons: [] });
    return inner && { ...adjustment.restore(inner), name };
  }
  const fitted = MODELS[name](needsAdjustment(input.seasons) && !UNADJUSTED.has(name) ? { values: input.values, seasons: [] } : input);
  return fitted && { ...fitted, name };
}
