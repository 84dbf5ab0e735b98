import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { createLogger, createMetrics, Health, loadConfig, type AppContext } from '@tributary/runtime';
import type { ApiError } from './api.ts';
import { consoleRoutes } from './console.routes.ts';
import { createConsole } from './create-console.ts';

// Nothing listens on port 9: the console has to start without its database, and say so.
const config = loadConfig({
  KAFKA_BROKERS: '127.0.0.1:9',
  DATABASE_URL: 'postgres://nobody@127.0.0.1:9/none',
  REDIS_URL: 'redis://127.0.0.1:9',
  TRIBUTARY_IDENTITY_KEY: 'ab'.repeat(32),
});
const log: string[] = [];
const context: AppContext = {
  config,
  logger: createLogger(config, { write: (line: string) => void log.push(line) }),
  metrics: createMetrics(false),
  health: new Health(),
};
const served: string[] = [];
let app: NestFastifyApplication;

beforeAll(async () => {
  app = await createConsole(context);
  app
    .getHttpAdapter()
    .getInstance()
    .addHook('onRoute', ({ method, url }) => {
      for (const verb of [method].flat()) if (verb !== 'HEAD') served.push(`${verb} ${url}`);
    });
  await app.init();
  await app.getHttpAdapter().getInstance().ready();
});
afterAll(() => app.close());

const ask = (url: string, over: { method?: 'GET' | 'POST' | 'DELETE'; headers?: Record<string, string> } = {}) =>
  app.inject({ method: 'GET', url, ...over, headers: { host: '127.0.0.1:8081', ...over.headers } });
const PROFILE = '/api/customers/0b0c7f0e-0000-4000-8000-000000000000';

describe('the console without a database', () => {
  it('has a handler for every route, once, and no others', () => expect(served.sort()).toEqual([...consoleRoutes].sort()));

  it('is alive, and not ready for a reason', async () => {
    expect((await ask('/live')).statusCode).toBe(200);
    const ready = await ask('/ready');
    expect(ready.statusCode).toBe(503);
    expect(ready.json()).toMatchObject({ ok: false, reasons: { 'console-views': expect.any(String) } });
  });

  it.each(['/api/overview', '/api/customers', PROFILE, `${PROFILE}/timeline`, '/api/skus', '/api/skus/A%2F1/main', '/api/quarantine/1'])(
    'answers %s with 503 and an id that the log knows, and no detail',
    async (url) => {
      const answer = await ask(url);
      expect(answer.statusCode).toBe(503);
      const { error } = answer.json<ApiError>();
      expect(error.code).toBe('database-unreachable');
      expect(answer.body).not.toMatch(/ECONNREFUSED|postgres|SELECT/u);
      expect(log.some((line) => line.includes(error.id))).toBe(true);
    },
  );

  it.each([
    '/api/customers?limit=1&limit=2',
    '/api/customers?query=a&query=b',
    '/api/customers?query[]=a',
    '/api/customers?sort=net%3BDROP',
    '/api/customers?after=x',
    '/api/customers?nothing=1',
    '/api/customers/1',
    `${PROFILE}?x=1`,
    `${PROFILE}/why?field=password`,
    `${PROFILE}/why`,
    '/api/skus?limit=0',
    '/api/quarantine?status=gone',
    '/api/quarantine/0',
    '/api/overview?x=1',
  ])('refuses %s', async (url) => {
    const answer = await ask(url);
    expect([answer.statusCode, answer.json<ApiError>().error.code]).toEqual([400, 'bad-parameter']);
    expect(answer.json<ApiError>().error.faults?.length).toBeGreaterThan(0);
  });

  it.each(['/api/nothing', '/api/', '/assets/gone.js'])('knows no %s', async (url) => {
    const answer = await ask(url);
    expect([answer.statusCode, answer.json<ApiError>().error.code]).toEqual([404, 'not-found']);
  });

  it('changes nothing by a GET and takes no other method', async () => {
    expect((await ask(`${PROFILE}/reveal`)).statusCode).toBe(404);
    expect((await ask(PROFILE, { method: 'DELETE' })).statusCode).toBe(404);
  });

  it('answers under its own name only, and takes no POST from another site', async () => {
    expect((await ask('/api/customers', { headers: { host: 'evil.example' } })).statusCode).toBe(421);
    const forged = await ask(`${PROFILE}/reveal`, {
      method: 'POST',
      headers: { origin: 'http://evil.example', 'sec-fetch-site': 'cross-site' },
    });
    expect([forged.statusCode, forged.json<ApiError>().error.code]).toEqual([403, 'cross-site']);
  });

  it.each(['/', '/api/customers', '/api/nothing', '/api/customers?limit=0', '/live'])('puts the security headers on %s', async (url) => {
    const { headers } = await ask(url);
    expect(headers['content-security-policy']).toContain("default-src 'none'");
    expect(headers['x-content-type-options']).toBe('nosniff');
    if (url.startsWith('/api/')) expect(headers['cache-control']).toBe('no-store');
  });
});
