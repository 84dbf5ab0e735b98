import type { LoggerService } from '@nestjs/common';
import type { Logger } from './logger.ts';

/** Sends Nest's own messages into the structured log, its chatter about modules and routes at debug level. */
export function nestLogger(logger: Logger): LoggerService {
  const write =
    (level: 'debug' | 'warn' | 'error' | 'fatal') =>
    (message: unknown, ...rest: unknown[]): void => {
      const context = rest.at(-1);
      const stack = rest.length > 1 ? rest[0] : undefined;
      const fields = { nest: typeof context === 'string' ? context : undefined, stack: typeof stack === 'string' ? stack : undefined };
      if (message instanceof Error) logger[level]({ ...fields, err: message }, message.message);
      else logger[level](fields, String(message));
    };
  return {
    log: write('debug'),
    verbose: write('debug'),
    debug: write('debug'),
    warn: write('warn'),
    error: write('error'),
    fatal: write('fatal'),
  };
}
