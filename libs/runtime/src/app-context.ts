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
}

/** Injection token of the {@link AppContext}. */
export const APP_CONTEXT = Symbol('APP_CONTEXT');
