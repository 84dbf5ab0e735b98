import { Inject, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import type { Database } from '@tributary/persistence';
import { APP_CONTEXT, type AppContext } from '@tributary/runtime';
import { DATABASE } from './gateway-tokens.ts';

const COMPONENT = 'gateway database';
const EVERY_MS = 5_000;

/** Asks the database for a sign of life and tells it to `/ready`; closes it at the end. */
export class DatabaseWatch implements OnApplicationBootstrap, OnApplicationShutdown {
  private timer: NodeJS.Timeout | undefined;

  constructor(
    @Inject(APP_CONTEXT) private readonly context: AppContext,
    @Inject(DATABASE) private readonly database: Database,
  ) {
    context.health.expect(COMPONENT);
  }

  onApplicationBootstrap(): void {
    void this.probe();
    this.timer = setInterval(() => void this.probe(), EVERY_MS).unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.timer);
    await this.database.close();
  }

  private async probe(): Promise<void> {
    try {
      await this.database.query('SELECT 1 FROM gateway.ingress LIMIT 1');
      this.context.health.report(COMPONENT, 'ok');
    } catch (error) {
      const { code } = error as { code?: unknown };
      this.context.health.report(COMPONENT, { reason: `no answer (${typeof code === 'string' ? code : 'connection failed'})` });
      this.context.logger.warn({ err: error }, 'gateway database does not answer');
    }
  }
}
