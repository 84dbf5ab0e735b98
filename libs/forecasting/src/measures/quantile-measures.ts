type Numbers = ArrayLike<number>;

/** Pinball loss of one quantile forecast (Koenker and Bassett 1978): (y − q)·level above the quantile, (q − y)·(1 − level) below. */
export function pinballLoss(actual: number, quantile: number, level: number): number {
  return actual >= quantile ? (actual - quantile) * level : (quantile - actual) * (1 - level);
}

/** Mean pinball loss of a quantile path. */
export function pinball(actual: Numbers, quantile: Numbers, level: number): number {
  let sum = 0;
  for (let i = 0; i < actual.length; i++) sum += pinballLoss(actual[i] as number, quantile[i] as number, level) / actual.length;
  return sum;
}

/** Weighted quantile loss: twice the pinball loss summed over periods and averaged over levels, over sum |actual| (M5, GluonTS). `null` when all actuals are zero. */
export function weightedQuantileLoss(actual: Numbers, quantiles: ReadonlyMap<number, Numbers>): number | null {
  let size = 0;
  for (let i = 0; i < actual.length; i++) size += Math.abs(actual[i] as number);
  if (size === 0 || quantiles.size === 0) return null;
  let loss = 0;
  for (const [level, path] of quantiles) loss += (2 * pinball(actual, path, level) * actual.length) / quantiles.size;
  return loss / size;
}

/** Share of actuals inside the closed interval [low, high]. */
export function coverage(actual: Numbers, low: Numbers, high: Numbers): number {
  let inside = 0;
  for (let i = 0; i < actual.length; i++)
    if ((actual[i] as number) >= (low[i] as number) && (actual[i] as number) <= (high[i] as number)) inside++;
  return inside / actual.length;
}

/**
 * Share of actuals strictly below and at most equal to a quantile. A quantile of a distribution with atoms (demand that is mostly
 * zero) is calibrated when `below ≤ level ≤ atMost`; one number cannot say that.
 */
export function calibration(actual: Numbers, quantile: Numbers): { readonly below: number; readonly atMost: number } {
  let below = 0;
  let atMost = 0;
  for (let i = 0; i < actual.length; i++) {
    if ((actual[i] as number) < (quantile[i] as number)) below++;
    if ((actual[i] as number) <= (quantile[i] as number)) atMost++;
  }
  return { below: below / actual.length, atMost: atMost / actual.length };
}
