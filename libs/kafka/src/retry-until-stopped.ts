import { failureKind } from '@tributary/persistence';
import type { KafkaLog } from './kafka-client.ts';

const FIRST_MS = 100;
const LONGEST_MS = 5_000;

/**
 * Repeats infrastructure work with growing pauses until it succeeds or the process stops. Errors of another kind are thrown at once.
 * @param learn asked before each new try whether the lost try had in fact succeeded; then the result is `undefined`.
 */
export async function retryUntilStopped<T>(work: () => Promise<T>, stopped: () => boolean, log: KafkaLog): Promise<T>;
export async function retryUntilStopped<T>(
  work: () => Promise<T>,
  stopped: () => boolean,
  log: KafkaLog,
  learn: () => Promise<boolean>,
): Promise<T | undefined>;
export async function retryUntilStopped<T>(
  work: () => Promise<T>,
  stopped: () => boolean,
  log: KafkaLog,
  learn?: () => Promise<boolean>,
): Promise<T | undefined> {
  let unclear = false;
  for (let attempt = 0; ; attempt += 1) {
    try {
      if (unclear && learn && (await learn())) return undefined;
      return await work();
    } catch (error) {
      const kind = failureKind(error);
      const retriable = kind === 'infrastructure' || kind === 'contention' || (error as { retriable?: boolean }).retriable === true;
      if (!retriable || stopped()) throw error;
      unclear = true;
      const pause = Math.min(LONGEST_MS, FIRST_MS * 2 ** Math.min(attempt, 10));
      log.warn({ err: error, attempt: attempt + 1, pauseMs: pause }, 'waiting for a service to come back');
      await new Promise((resolve) => setTimeout(resolve, pause));
    }
  }
}
