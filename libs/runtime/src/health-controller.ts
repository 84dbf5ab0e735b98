import { Controller, Get, Header, Inject, NotFoundException, Res } from '@nestjs/common';
import { APP_CONTEXT, type AccountingAnswer, type AppContext } from './app-context.ts';
import type { HealthAnswer } from './health.ts';

interface Reply {
  status(code: number): unknown;
  header(name: string, value: string): unknown;
}

/**
 * `/live`, `/ready` (200 or 503 with reasons), `/metrics` and `/accounting` (200 when everything consumed is accounted for, 503 when not),
 * for every app that listens. Needs {@link APP_CONTEXT}.
 */
@Controller()
export class HealthController {
  constructor(@Inject(APP_CONTEXT) private readonly context: AppContext) {}

  @Get('live')
  @Header('cache-control', 'no-store')
  live(@Res({ passthrough: true }) reply: Reply): HealthAnswer {
    return answer(reply, this.context.health.live());
  }

  @Get('ready')
  @Header('cache-control', 'no-store')
  ready(@Res({ passthrough: true }) reply: Reply): HealthAnswer {
    return answer(reply, this.context.health.ready());
  }

  @Get('accounting')
  @Header('cache-control', 'no-store')
  async accounting(@Res({ passthrough: true }) reply: Reply): Promise<AccountingAnswer> {
    if (this.context.accounting === undefined) throw new NotFoundException();
    const found = await this.context.accounting();
    reply.status(found.balanced ? 200 : 503);
    return found;
  }

  @Get('metrics')
  async metrics(@Res({ passthrough: true }) reply: Reply): Promise<string> {
    reply.header('content-type', this.context.metrics.contentType);
    return this.context.metrics.text();
  }
}

function answer(reply: Reply, health: HealthAnswer): HealthAnswer {
  reply.status(health.ok ? 200 : 503);
  return health;
}
