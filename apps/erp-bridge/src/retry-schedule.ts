const SECOND = 1_000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;

/** Waits after the first, second, … failed attempt. After the last one a person looks at it: ten attempts over about fifteen hours. */
export const RETRY_DELAYS_MS: readonly number[] = [
  5 * SECOND,
  15 * SECOND,
  MINUTE,
  5 * MINUTE,
  15 * MINUTE,
  HOUR,
  2 * HOUR,
  4 * HOUR,
  8 * HOUR,
];

/** A delay is spread by this share to either side, so that what failed together does not come again together. */
const JITTER = 0.2;

/**
 * Wait before the next attempt, or `undefined` when there is none left.
 * @param attempts failed so far, at least 1.
 * @param chance uniform in [0, 1).
 * @param asked what the receiver asked for (Retry-After), milliseconds: never sooner than that, nor later than the longest wait for it.
 */
export function retryDelay(attempts: number, chance: number, asked = 0): number | undefined {
  const delay = RETRY_DELAYS_MS[attempts - 1];
  if (delay === undefined) return undefined;
  return Math.max(delay * (1 + JITTER * (2 * chance - 1)), Math.min(asked, RETRY_DELAYS_MS.at(-1) ?? 0));
}
