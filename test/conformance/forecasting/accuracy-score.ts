import { mase, pinballLoss, smape } from '@tributary/forecasting';

/** A forecast of one series: mean, and the 10 %, 50 % and 90 % quantiles where there are any. */
export interface Answer {
  readonly mean: readonly number[];
  readonly low?: readonly number[];
  readonly middle?: readonly number[];
  readonly high?: readonly number[];
}

/** Means over series. The quantile loss is that of M5: pinball loss over the scale of MASE, averaged over the levels 0.1, 0.5 and 0.9, doubled. */
export interface Score {
  readonly method: string;
  readonly series: number;
  readonly mase: number;
  readonly smape: number;
  readonly quantileLoss: number | null;
  /** Share inside the 80 % interval. */
  readonly coverage: number | null;
}

interface Judged {
  readonly past: readonly number[];
  readonly future: readonly number[];
}

/** No single series may decide a set: one scale of nearly zero would. */
const MOST = 50;

/** Scores one method over the series that it answered. */
export function score(method: string, season: number, judged: readonly (Judged & { readonly answer: Answer })[]): Score {
  const mean = (values: readonly number[]): number => values.reduce((sum, value) => sum + value, 0) / values.length;
  const scaleOf = ({ past }: Judged): number => {
    const errors = past.slice(season).map((y, t) => Math.abs(y - (past[t] as number)));
    return Math.max(mean(errors), 1e-9);
  };
  const withQuantiles = judged.filter(({ answer }) => answer.low !== undefined && answer.high !== undefined);
  const whole = withQuantiles.length === judged.length;
  return {
    method,
    series: judged.length,
    mase: mean(judged.map((one) => Math.min(MOST, mase(one.future, one.answer.mean, one.past, season) ?? MOST))),
    smape: mean(judged.map(({ future, answer }) => smape(future, answer.mean))),
    quantileLoss: whole
      ? mean(
          judged.map((one) => {
            const { low = [], high = [], mean: centre, middle = centre } = one.answer;
            const loss = (level: number, path: readonly number[]): number =>
              mean(one.future.map((y, h) => pinballLoss(y, path[h] as number, level)));
            return Math.min(MOST, (2 * mean([loss(0.1, low), loss(0.5, middle), loss(0.9, high)])) / scaleOf(one));
          }),
        )
      : null,
    coverage: whole
      ? mean(
          judged.map(({ future, answer }) =>
            mean(future.map((y, h) => Number(y >= (answer.low?.[h] as number) && y <= (answer.high?.[h] as number)))),
          ),
        )
      : null,
  };
}

/** Several answers combined step by step: the mean or the median of each path. */
export function combine(answers: readonly Answer[], kind: 'mean' | 'median'): Answer {
  const path = (of: (answer: Answer) => readonly number[] | undefined): number[] | undefined => {
    const paths = answers.map(of);
    if (paths.some((one) => one === undefined)) return undefined;
    return (paths[0] as readonly number[]).map((_, h) => {
      const values = paths.map((one) => one?.[h] as number).sort((a, b) => a - b);
      const half = values.length >> 1;
      if (kind === 'mean') return values.reduce((sum, value) => sum + value, 0) / values.length;
      return values.length % 2 === 1 ? (values[half] as number) : ((values[half - 1] as number) + (values[half] as number)) / 2;
    });
  };
  const [low, high] = [path((one) => one.low), path((one) => one.high)];
  return { mean: path((one) => one.mean) as number[], ...(low && high ? { low, high } : {}) };
}
