import { createGateway } from '@tributary/app-gateway';
import { createLogger, createMetrics, Health, loadConfig, type AppContext } from '@tributary/runtime';

/** A gateway that listens on a free port of loopback. */
export interface TestGateway {
  readonly url: string;
  readonly context: AppContext;
  readonly log: readonly string[];
  /** Posts a body; text and bytes go as they are, everything else as JSON. */
  post(path: string, body: unknown, headers?: Record<string, string>): Promise<TestAnswer>;
  close(): Promise<void>;
}

/** Status, headers and JSON body of an answer. */
export interface TestAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly body: {
    readonly [name: string]: unknown;
    readonly events?: readonly { readonly index: number; readonly id: string | null; readonly status: string }[];
    readonly faults?: readonly { readonly index: number; readonly field: string; readonly reason: string; readonly detail: string }[];
  };
}

/** Starts a gateway on its own port. @param env settings beside the required ones. */
export async function startTestGateway(databaseUrl: string, env: Record<string, string>, now?: () => number): Promise<TestGateway> {
  const log: string[] = [];
  const config = loadConfig({
    KAFKA_BROKERS: '127.0.0.1:9',
    REDIS_URL: 'redis://127.0.0.1:9',
    DATABASE_URL: databaseUrl,
    TRIBUTARY_IDENTITY_KEY: 'ab'.repeat(32),
    ...env,
  });
  const logger = createLogger(config, { write: (line: string) => void log.push(line) });
  const context: AppContext = { config, logger, metrics: createMetrics(false), health: new Health() };
  const app = await createGateway(context, now);
  await app.listen(0, '127.0.0.1');
  const url = await app.getUrl();
  return {
    url,
    context,
    log,
    async post(path, body, headers = {}) {
      const raw = typeof body === 'string' || body instanceof Uint8Array ? body : JSON.stringify(body);
      const response = await fetch(`${url}${path}`, {
        method: 'POST',
        body: raw as string,
        headers: { 'content-type': 'application/json', ...headers },
      });
      return { status: response.status, headers: response.headers, body: (await response.json()) as TestAnswer['body'] };
    },
    close: () => app.close(),
  };
}
