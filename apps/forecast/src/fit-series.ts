import { forecast, isRefused, type Forecast, type Refusal } from '@tributary/forecasting';
import type { SeriesInput } from './series-input.ts';

/** Levels that are published. */
export const LEVELS = [0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95] as const;

/** Series to fit, and how far to look ahead. */
export interface FitRequest {
  readonly horizon: number;
  readonly series: readonly Pick<SeriesInput, 'values' | 'known' | 'season'>[];
}

/** A forecast as plain data. */
export interface Fitted {
  readonly model: string;
  readonly demandClass: string;
  readonly mean: readonly number[];
  readonly quantiles: readonly { readonly level: number; readonly values: readonly number[] }[];
  readonly candidates: readonly { readonly model: string; readonly error: number }[];
  /** Root mean square error of the sum over the horizon, per step; `null` when the history is too short to know it. */
  readonly horizonSumRmse: number | null;
  readonly reason: string;
  readonly refused?: undefined;
}

/** Why a series was not forecast. */
export interface NotFitted {
  readonly refused: Pick<Refusal, 'code' | 'field' | 'reason'>;
}

/**
 * Fits every series of a batch: the model is chosen by the class of demand (Syntetos, Boylan and Croston 2005) and the rolling-origin error,
 * quantiles are calibrated and never negative. Pure and heavy: meant for a worker thread. A series that cannot be fitted is answered with its
 * refusal.
 */
export function fitSeries({ horizon, series }: FitRequest): (Fitted | NotFitted)[] {
  return series.map(({ values, known, season }) => {
    const result = forecast({ values, known, season }, { horizon, levels: [...LEVELS], nonnegative: true, model: 'auto' });
    return isRefused(result) ? { refused: result.refused } : plain(result, values.length);
  });
}

function plain(result: Forecast, steps: number): Fitted {
  return {
    model: result.model,
    demandClass: result.demandClass,
    mean: result.mean,
    quantiles: LEVELS.map((level) => ({ level, values: result.quantiles[String(level)] ?? [] })),
    candidates: result.candidates.slice(0, 40).map(({ model, error }) => ({ model, error })),
    horizonSumRmse: result.rollingOriginError?.horizonSumRmse ?? null,
    reason: reasonOf(result, steps),
  };
}

function reasonOf({ model, demandClass, candidates, rollingOriginError }: Forecast, steps: number): string {
  if (demandClass === 'no-demand') return `No demand in the last ${steps} whole periods.`;
  const error =
    rollingOriginError === undefined
      ? ''
      : ` (root mean square error ${show(rollingOriginError.rmse)} over ${rollingOriginError.origins} origins)`;
  const others = candidates
    .filter((candidate) => candidate.model !== model)
    .map((candidate) => `${candidate.model} ${show(candidate.error)}`);
  const compared = others.length === 0 ? '' : `; compared with ${others.join(', ')}`;
  return `Demand is ${demandClass} over ${steps} periods: ${model}${error}${compared}.`;
}

const show = (value: number): string => String(Number(value.toPrecision(4)));
