import type { DemandClassification } from '../demand/classify-demand.ts';
import { combineModels } from '../models/combination.ts';
import type { FittedModel } from '../models/fitted-model.ts';
import { refuse } from '../refusal.ts';
import type { Refused } from '../refusal.ts';
import { originErrors, rootMeanSquare } from './conformal.ts';
import type { OriginErrors } from './conformal.ts';
import { adjustmentOf, fitModel } from './model-registry.ts';
import type { ModelName } from './model-registry.ts';
import type { PreparedSeries } from './series.ts';
import { chooseSparse } from './sparse-choice.ts';

/** A model that took part and its RMSE over all origins and steps. */
export interface Candidate {
  readonly model: string;
  readonly error: number;
}

export interface Choice {
  readonly model: FittedModel;
  /** Its errors over all origins of the series it was chosen for. */
  readonly errors: OriginErrors;
  /** Best first. */
  readonly candidates: readonly Candidate[];
  /** Set when the demand is sparse: the season it follows, or 1. */
  readonly sparseSeason?: number;
  readonly refused?: undefined;
}

const REGULAR: readonly ModelName[] = ['ets', 'ces', 'theta-dynamic'];
/** In short histories of short seasons a fourth opinion helps, and is cheap. */
const SHORT: readonly ModelName[] = [...REGULAR, 'arima'];
/** What a decomposition leaves of hours or days wanders without a slope: one found there shoots away over the hundreds of steps that are asked for. */
const DECOMPOSED: readonly ModelName[] = ['ses', 'ces', 'theta-dynamic'];
const SHORT_HISTORY = { length: 80, season: 4 };
/** From this many values on a rolling origin tells the models apart better than chance does. */
const LONG_HISTORY = 400;
const ROLLING_ORIGINS = 3;
/** Another model must be this much better than the combination in the rolling origin to replace it. */
const CLEARLY_BETTER = 0.8;
/** A forecast this many times larger than anything ever seen has run away. */
const RUN_AWAY = 10;

/**
 * Picks the model of a series. `auto`: the intermittent family for sparse demand; otherwise the combination of ETS, CES and dynamic optimised Theta (with ARIMA in short
 * histories), which in long histories has to hold its own in a rolling origin against its members and the seasonal naive method.
 */
export function chooseModel(
  series: PreparedSeries,
  demand: DemandClassification,
  name: ModelName | 'auto',
  horizon: number,
): Choice | Refused {
  if (name === 'auto' && (demand.class === 'intermittent' || demand.class === 'lumpy')) {
    const { model, season, candidates } = chooseSparse(series, horizon);
    return { model, errors: originErrors(model, series.values, series.known, horizon), candidates, sparseSeason: season };
  }
  const { values, known } = series;
  /** The model judged beside others, which are ranked. */
  const choose = (model: FittedModel, models: readonly FittedModel[]): Choice => {
    const all = models.map((one) => originErrors(one, values, known, horizon));
    const candidates = models.map((one, i) => ({ model: one.name, error: rootMeanSquare(all[i] as OriginErrors) }));
    return { model, errors: all[models.indexOf(model)] as OriginErrors, candidates: candidates.sort((a, b) => a.error - b.error) };
  };
  const alone = (model: FittedModel): Choice => choose(model, [model]);
  if (name !== 'auto') {
    const model = fitModel(name, { ...series, adjustment: adjustmentOf(values, series.seasons) });
    if (!model) return refuse('too-short', 'series.values', `${values.length} values with this season cannot carry the model ${name}`);
    return staysNear(model, values, horizon)
      ? alone(model)
      : refuse('bad-option', 'options.model', `${name} runs away over ${horizon} periods of this series`);
  }
  const members = fitMembers(values, series.seasons, horizon);
  const baseline = fitModel(series.seasons.length > 0 ? 'seasonal-naive' : 'mean', series) as FittedModel;
  if (members.length === 0) return alone(baseline);
  const combined = combineModels(members);
  const models = values.length >= LONG_HISTORY ? [combined, ...members, baseline] : [combined, ...members];
  const winner = values.length >= LONG_HISTORY ? rollingWinner(series, horizon) : combined.name;
  return choose(models.find((model) => model.name === winner) ?? combined, models);
}

/** The members of the combination that this history carries and that stay near it. */
function fitMembers(values: Float64Array, seasons: readonly number[], horizon: number): FittedModel[] {
  const short = values.length <= SHORT_HISTORY.length && (seasons[0] ?? 1) <= SHORT_HISTORY.season;
  const input = { values, seasons, adjustment: adjustmentOf(values, seasons) };
  const names = seasons.length > 1 && input.adjustment ? DECOMPOSED : short ? SHORT : REGULAR;
  return names
    .map((one) => fitModel(one, input))
    .filter((model) => model !== undefined && staysNear(model, values, horizon)) as FittedModel[];
}

/** False when a forecast is not finite or far outside all experience. */
function staysNear(model: FittedModel, values: Float64Array, horizon: number): boolean {
  let largest = 0;
  for (const y of values) largest = Math.max(largest, Math.abs(y));
  const out = new Float64Array(horizon);
  model.forecastFrom(values.length, out);
  return out.every((value) => Math.abs(value) <= RUN_AWAY * largest);
}

/** Name of the model that wins the last rolling origins, everything refitted on the history before each: the combination unless another is clearly better. */
function rollingWinner({ values, known, seasons }: PreparedSeries, horizon: number): string {
  const squares = new Map<string, number>();
  const out = new Float64Array(horizon);
  const step = Math.min(horizon, Math.floor(values.length / 8));
  for (let k = 1; k <= ROLLING_ORIGINS; k++) {
    const origin = values.length - k * step;
    const past = values.slice(0, origin);
    const members = fitMembers(past, seasons, horizon);
    if (members.length === 0) return 'combination';
    const baseline = fitModel(seasons.length > 0 ? 'seasonal-naive' : 'mean', { values: past, seasons }) as FittedModel;
    for (const model of [combineModels(members), ...members, baseline]) {
      model.forecastFrom(origin, out);
      let sum = squares.get(model.name) ?? 0;
      for (let h = 0; h < Math.min(horizon, values.length - origin); h++)
        if (!known || known[origin + h]) sum += ((values[origin + h] as number) - (out[h] as number)) ** 2;
      squares.set(model.name, sum);
    }
  }
  let winner = 'combination';
  let least = (squares.get(winner) ?? 0) * CLEARLY_BETTER ** 2;
  for (const [name, sum] of squares) {
    if (sum < least) {
      winner = name;
      least = sum;
    }
  }
  return winner;
}
