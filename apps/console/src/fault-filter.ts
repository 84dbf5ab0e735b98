import { randomUUID } from 'node:crypto';
import { Catch, HttpException, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { failureKind } from '@tributary/persistence';
import { APP_CONTEXT, type AppContext } from '@tributary/runtime';
import type { ApiError, ApiErrorCode } from './api.ts';
import { BadParameter, NotFound, ReadOnly, Refused } from './api-fault.ts';

interface Reply {
  status(code: number): Reply;
  header(name: string, value: string): Reply;
  send(body: unknown): unknown;
}

/** How an error is answered. */
interface FaultAnswer {
  readonly status: number;
  readonly code: ApiErrorCode;
  readonly faults?: BadParameter['faults'];
}

/** What went wrong in the words of the API. Anything not foreseen says no more than that it failed. */
function answerTo(error: unknown): FaultAnswer {
  if (error instanceof BadParameter) return { status: 400, code: 'bad-parameter', faults: error.faults };
  if (error instanceof Refused) return { status: 422, code: 'refused', faults: error.faults };
  if (error instanceof ReadOnly) return { status: 403, code: 'read-only' };
  if (error instanceof NotFound) return { status: 404, code: 'not-found' };
  const status = error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown } | null)?.statusCode;
  if (status === 404) return { status, code: 'not-found' };
  if (typeof status === 'number' && status >= 400 && status < 500) return { status, code: 'bad-parameter' };
  return failureKind(error) === 'infrastructure' ? { status: 503, code: 'database-unreachable' } : { status: 500, code: 'internal' };
}

/** Answers every error with a code and an id; details go to the log, under that id. */
@Catch()
export class FaultFilter implements ExceptionFilter {
  constructor(@Inject(APP_CONTEXT) private readonly context: AppContext) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const { status, code, faults } = answerTo(error);
    const id = randomUUID();
    if (status >= 500) this.context.logger.error({ app: 'console', id, err: error }, 'a request failed');
    const body: ApiError = { error: { code, id, ...(faults === undefined ? {} : { faults }) } };
    host.switchToHttp().getResponse<Reply>().status(status).header('content-type', 'application/json; charset=utf-8').send(body);
  }
}
