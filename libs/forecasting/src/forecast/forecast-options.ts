import { refuse, refuseUnlessBetween, refuseUnlessInteger } from '../refusal.ts';
import type { Refused } from '../refusal.ts';
import { MODEL_NAMES } from './model-registry.ts';
import type { ModelName } from './model-registry.ts';

export interface ForecastOptions {
  /** Number of periods ahead. */
  readonly horizon: number;
  /** Quantile levels, each strictly between 0 and 1. None by default. */
  readonly levels?: readonly number[];
  /** Cut mean and quantiles at zero, as demand requires. False by default. */
  readonly nonnegative?: boolean;
  /** Also forecast the running sum, for stock decisions. False by default. */
  readonly cumulative?: boolean;
  /** True for coming periods in which nothing can be sold: their forecast is zero. */
  readonly closed?: readonly boolean[];
  /** A model by name, or `auto` (default). */
  readonly model?: ModelName | 'auto';
}

/** Longest horizon answered. */
const LONGEST_HORIZON = 10_000;

/** Refuses options that cannot be met, naming the field. */
export function refuseOptions(options: ForecastOptions): Refused | undefined {
  const refused = refuseUnlessInteger(options.horizon, 1, 'options.horizon');
  if (refused) return refused;
  if (options.horizon > LONGEST_HORIZON)
    return refuse('bad-option', 'options.horizon', `must be at most ${LONGEST_HORIZON}, got ${options.horizon}`);
  for (const [i, level] of (options.levels ?? []).entries()) {
    const bad = refuseUnlessBetween(level, 0, 1, `options.levels[${i}]`);
    if (bad) return bad;
  }
  if (options.closed && options.closed.length !== options.horizon) {
    return refuse('length-mismatch', 'options.closed', `has ${options.closed.length} entries for a horizon of ${options.horizon}`);
  }
  const name = options.model ?? 'auto';
  if (name !== 'auto' && !MODEL_NAMES.includes(name)) {
    return refuse('bad-option', 'options.model', `must be auto or one of ${MODEL_NAMES.join(', ')}, got ${String(name)}`);
  }
  return undefined;
}
