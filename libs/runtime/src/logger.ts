import { pino, type DestinationStream, type Logger } from 'pino';
import type { Config } from './config.ts';

export type { Logger } from 'pino';

/** Fields that hold personal data or secrets wherever they appear; a log line never shows them. */
const PERSONAL = ['email', 'phone', 'name', 'loyaltyId', 'address', 'street', 'customer', 'body', 'payload', 'secret', 'authorization'];

/**
 * The structured log: one JSON object a line, time in UTC (ISO 8601), level by name. Personal fields and secrets are redacted up to three
 * levels deep; do not log payloads at all.
 * @param destination where lines go; standard output by default.
 */
export function createLogger(config: Pick<Config, 'logLevel'>, destination?: DestinationStream): Logger {
  const options = {
    level: config.logLevel,
    base: null,
    timestamp: () => `,"time":"${new Date().toISOString()}"`,
    formatters: { level: (label: string) => ({ level: label }) },
    redact: { paths: ['', '*.', '*.*.'].flatMap((depth) => PERSONAL.map((field) => `${depth}${field}`)), censor: '[redacted]' },
  };
  return destination === undefined ? pino(options) : pino(options, destination);
}
