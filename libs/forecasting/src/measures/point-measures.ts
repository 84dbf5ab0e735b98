/**
 * Point measures over pairs (actual, forecast). All arrays have the same length, at least one; the caller has checked that they are
 * finite. A measure that the data do not define (division by zero) is `null`, never NaN. Errors are forecast minus actual.
 */

type Numbers = ArrayLike<number>;

/** Mean absolute error. */
export function mae(actual: Numbers, forecast: Numbers): number {
  let sum = 0;
  for (let i = 0; i < actual.length; i++) sum += Math.abs((forecast[i] as number) - (actual[i] as number)) / actual.length;
  return sum;
}

/** Root mean squared error. */
export function rmse(actual: Numbers, forecast: Numbers): number {
  let sum = 0;
  for (let i = 0; i < actual.length; i++)
    sum = Math.hypot(sum, ((forecast[i] as number) - (actual[i] as number)) / Math.sqrt(actual.length));
  return sum;
}

/** Symmetric MAPE in percent, 0 to 200 (Makridakis 1993; M4 definition). A pair of zeros has error 0. */
export function smape(actual: Numbers, forecast: Numbers): number {
  let sum = 0;
  for (let i = 0; i < actual.length; i++) {
    const size = Math.abs(actual[i] as number) + Math.abs(forecast[i] as number);
    if (size > 0) sum += (200 * Math.abs((forecast[i] as number) - (actual[i] as number))) / size;
  }
  return sum / actual.length;
}

/** Mean absolute percentage error in percent. `null` when an actual is zero: dropping such periods would flatter the forecast. */
export function mape(actual: Numbers, forecast: Numbers): number | null {
  let sum = 0;
  for (let i = 0; i < actual.length; i++) {
    if (actual[i] === 0) return null;
    sum += Math.abs(((forecast[i] as number) - (actual[i] as number)) / (actual[i] as number));
  }
  return (100 * sum) / actual.length;
}

/** Weighted absolute percentage error, sum |error| / sum |actual|, as a fraction. `null` when all actuals are zero. */
export function wape(actual: Numbers, forecast: Numbers): number | null {
  let error = 0;
  let size = 0;
  for (let i = 0; i < actual.length; i++) {
    error += Math.abs((forecast[i] as number) - (actual[i] as number));
    size += Math.abs(actual[i] as number);
  }
  return size > 0 ? error / size : null;
}

/** Mean absolute in-sample error of the seasonal naive method: the scale of MASE. `null` when the history is no longer than a season or never changes. */
export function naiveScale(history: Numbers, season: number): number | null {
  let sum = 0;
  const count = history.length - season;
  for (let t = season; t < history.length; t++) sum += Math.abs((history[t] as number) - (history[t - season] as number)) / count;
  return count > 0 && sum > 0 ? sum : null;
}

/** Mean absolute scaled error (Hyndman and Koehler 2006) with the seasonal naive scale of the history. */
export function mase(actual: Numbers, forecast: Numbers, history: Numbers, season = 1): number | null {
  const scale = naiveScale(history, season);
  return scale === null ? null : mae(actual, forecast) / scale;
}

/** Root mean squared scaled error (M5): RMSE over the RMSE of the one-step naive method on the history. `null` when that is zero. */
export function rmsse(actual: Numbers, forecast: Numbers, history: Numbers): number | null {
  let sum = 0;
  for (let t = 1; t < history.length; t++)
    sum = Math.hypot(sum, ((history[t] as number) - (history[t - 1] as number)) / Math.sqrt(history.length - 1));
  return sum > 0 ? rmse(actual, forecast) / sum : null;
}

/** Overall weighted average of M4: the mean of sMAPE and MASE, each relative to that of the Naive 2 benchmark. */
export function owa(of: { smape: number; mase: number }, naive2: { smape: number; mase: number }): number | null {
  if (naive2.smape === 0 || naive2.mase === 0) return null;
  return (of.smape / naive2.smape + of.mase / naive2.mase) / 2;
}

/** Mean error, forecast minus actual: positive means that the forecast is too high. */
export function bias(actual: Numbers, forecast: Numbers): number {
  let sum = 0;
  for (let i = 0; i < actual.length; i++) sum += ((forecast[i] as number) - (actual[i] as number)) / actual.length;
  return sum;
}

/** Tracking signal: cumulated error (forecast minus actual) over the mean absolute deviation. Beyond ±4 the forecast is biased (Brown 1963). 0 for a perfect forecast. */
export function trackingSignal(actual: Numbers, forecast: Numbers): number {
  const deviation = mae(actual, forecast);
  return deviation === 0 ? 0 : (bias(actual, forecast) * actual.length) / deviation;
}
