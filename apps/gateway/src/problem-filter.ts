import { Catch, Inject, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { APP_CONTEXT, type AppContext } from '@tributary/runtime';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { StoreUnavailable } from './ingress-store.ts';
import { Problem, problemBody } from './problem.ts';

/** The last-resort handler: every error becomes an answer without stack, SQL or path; what is our fault goes to the log. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(@Inject(APP_CONTEXT) private readonly context: AppContext) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const http = host.switchToHttp();
    const request = http.getRequest<FastifyRequest>();
    const reply = http.getResponse<FastifyReply>();
    const problem = problemOf(error);
    if (problem.status >= 500) this.context.logger.error({ err: error, request: request.id, status: problem.status }, 'request failed');
    this.context.metrics
      .counter('gateway_refused_requests_total', 'Requests refused as a whole.', ['status'])
      .inc({ status: String(problem.status) });
    void reply
      .status(problem.status)
      .headers({ ...problem.headers, 'content-type': 'application/problem+json' })
      .send(JSON.stringify(problemBody(problem, request.id)));
  }
}

function problemOf(error: unknown): Problem {
  if (error instanceof Problem) return error;
  if (error instanceof StoreUnavailable)
    return new Problem(503, 'nothing of this request was stored for certain; send it again', [], { 'retry-after': '2' });
  const { statusCode, status, message } = error as { statusCode?: unknown; status?: unknown; message?: unknown };
  const code = statusCode ?? status;
  if (typeof code === 'number' && code >= 400 && code < 500) return new Problem(code, String(message));
  return new Problem(500, 'this is no fault of the request; its id is in the log');
}
