import type { Config } from './config.ts';
import type { Health } from './health.ts';
import type { Logger } from './logger.ts';
import type { Metrics } from './metrics.ts';

/** What the host hands to every app. */
export interface AppContext {
  readonly config: Config;
  readonly logger: Logger;
  readonly metrics: Metrics;
  readonly health: Health;
  /** The accounting identity, read now; absent where the host has no database of its own. */
  readonly accounting?: () => Promise<AccountingAnswer>;
}

/** Answer of `/accounting`: whether every partition of every group adds up, and the figures of each. */
export interface AccountingAnswer {
  readonly balanced: boolean;
  readonly partitions: readonly Readonly<Record<string, string | number | boolean>>[];
}

/** Injection token of the {@link AppContext}. */
export const APP_CONTEXT = Symbol('APP_CONTEXT');
