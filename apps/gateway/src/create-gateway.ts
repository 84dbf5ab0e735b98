import { randomUUID } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import type { StepHook } from '@tributary/persistence';
import { nestLogger, type AppContext } from '@tributary/runtime';
import { GatewayModule } from './gateway.module.ts';
import { Problem } from './problem.ts';

/** Milliseconds a sender may take for its whole request. */
const REQUEST_TIMEOUT = 30_000;
/** Milliseconds for the head of a request, the time before its first byte included, and how often late ones are looked for. */
const SLOW = { headersTimeout: 10_000, connectionsCheckingInterval: 2_000 };

/**
 * The HTTP server of the gateway: bodies stay bytes whatever their type, compressed ones are refused, lengths are limited before anything is
 * read into memory.
 */
function gatewayAdapter({ config }: AppContext): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: config.batchLimit,
    requestTimeout: REQUEST_TIMEOUT,
    http: SLOW,
    genReqId: () => randomUUID(),
    // Fastify's own 503 tells nobody when to come again.
    return503OnClosing: false,
  });
  const instance = adapter.getInstance();
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  let closing = false;
  instance.addHook('preClose', (done) => {
    closing = true;
    done();
  });
  instance.addHook('onRequest', (request, _reply, done) => {
    if (closing) {
      done(new Problem(503, 'the gateway is closing and stored nothing of this request; send it again', [], { 'retry-after': '2' }));
      return;
    }
    const encoding = request.headers['content-encoding'];
    // A compressed body of 300 kB may stand for 300 MB; webhooks do not need it.
    if (encoding === undefined || encoding === 'identity') done();
    else done(new Problem(415, 'content-encoding must be absent: send the body uncompressed'));
  });
  return adapter;
}

/**
 * Makes the gateway, ready to listen (`app.listen(port, host)`).
 * @param now the clock, milliseconds since 1970.
 * @param onStep called at the steps of an ingest.
 */
export async function createGateway(context: AppContext, now?: () => number, onStep?: StepHook): Promise<NestFastifyApplication> {
  return NestFactory.create<NestFastifyApplication>(GatewayModule.register(context, now, onStep), gatewayAdapter(context), {
    bodyParser: false,
    logger: nestLogger(context.logger),
    abortOnError: false,
  });
}
