import { randomUUID } from 'node:crypto';
import { Inject, type OnModuleInit } from '@nestjs/common';
import { HttpAdapterHost } from '@nestjs/core';
import { APP_CONTEXT, type AppContext } from '@tributary/runtime';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { ApiError } from './api.ts';
import { refuse, securityHeaders } from './security.ts';

const single = (value: string | string[] | undefined): string | undefined => (Array.isArray(value) ? value[0] : value);
const pathOf = (request: FastifyRequest): string => request.url.split('?', 1)[0] ?? '/';

/** Puts the security headers on every answer, errors included, and turns away what comes under a foreign name or from another site. */
export class RequestGuard implements OnModuleInit {
  constructor(
    @Inject(HttpAdapterHost) private readonly adapter: HttpAdapterHost,
    @Inject(APP_CONTEXT) private readonly context: AppContext,
  ) {}

  onModuleInit(): void {
    const server = this.adapter.httpAdapter.getInstance<FastifyInstance>();
    server.addHook('onRequest', async (request, reply) => {
      reply.headers(securityHeaders(pathOf(request)));
      const { host, origin } = request.headers;
      const head = { method: request.method, host, origin: single(origin), fetchSite: single(request.headers['sec-fetch-site']) };
      const code = refuse(head, this.context.config.host);
      if (code === undefined) return;
      const body: ApiError = { error: { code, id: randomUUID() } };
      await reply.status(code === 'foreign-host' ? 421 : 403).send(body);
    });
  }
}
