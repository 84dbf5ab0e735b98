/**
 * A model with fixed parameters that can forecast from any point of its history: what it would have said at `origin`, knowing
 * `values[0 … origin − 1]` only, except that parameters were estimated on the whole history.
 */
export interface FittedModel {
  readonly name: string;
  /** Estimated parameters by their usual letters. */
  readonly parameters: Readonly<Record<string, number>>;
  /** Least number of observations before the first sensible forecast. */
  readonly firstOrigin: number;
  /** Number of estimated parameters, states included: what the history was asked to tell. */
  readonly freedom: number;
  /** Writes the forecasts of steps 1 … out.length after `origin` observations. */
  readonly forecastFrom: (origin: number, out: Float64Array) => void;
}

/** The forecast of the next `horizon` values. */
export function forecastAhead(model: FittedModel, length: number, horizon: number): Float64Array {
  const out = new Float64Array(horizon);
  model.forecastFrom(length, out);
  return out;
}
