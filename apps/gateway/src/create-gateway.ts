import { randomUUID } from 'node:crypto';
import { NestFactory } from '@nestjs/core';
import { FastifyAdapter, type NestFastifyApplication } from '@nestjs/platform-fastify';
import { nestLogger, type AppContext } from '@tributary/runtime';
import { GatewayModule } from './gateway.module.ts';
import { Problem } from './problem.ts';

/** Milliseconds a sender may take for its whole request. */
const REQUEST_TIMEOUT = 30_000;

/**
 * The HTTP server of the gateway: bodies stay bytes whatever their type, compressed ones are refused, lengths are limited before anything is
 * read into memory.
 */
function gatewayAdapter({ config }: AppContext): FastifyAdapter {
  const adapter = new FastifyAdapter({
    bodyLimit: config.batchLimit,
    requestTimeout: REQUEST_TIMEOUT,
    genReqId: () => randomUUID(),
    return503OnClosing: true,
  });
  const instance = adapter.getInstance();
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('*', { parseAs: 'buffer' }, (_request, body, done) => done(null, body));
  instance.addHook('onRequest', (request, _reply, done) => {
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
 */
export async function createGateway(context: AppContext, now?: () => number): Promise<NestFastifyApplication> {
  return NestFactory.create<NestFastifyApplication>(GatewayModule.register(context, now), gatewayAdapter(context), {
    bodyParser: false,
    logger: nestLogger(context.logger),
    abortOnError: false,
  });
}
