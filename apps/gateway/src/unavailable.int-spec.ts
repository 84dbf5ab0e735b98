import { createServer, type AddressInfo, type Server } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { orderJson } from '../../../test/support/order-json.ts';
import { startTestGateway } from '../../../test/support/start-test-gateway.ts';

describe('while PostgreSQL is away', () => {
  let silent: Server;
  beforeAll(async () => {
    // Takes connections and never says a word, as a frozen server does.
    silent = createServer((socket) => void socket.resume().on('error', () => undefined));
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
  });
  afterAll(() => new Promise((resolve) => silent.close(resolve)));

  const closedPort = 9;
  it.each([
    ['nothing listens', () => closedPort],
    ['it is frozen', () => (silent.address() as AddressInfo).port],
  ])(
    '%s: 503 with Retry-After within two seconds, and not ready',
    async (_name, port) => {
      const gateway = await startTestGateway(`postgres://hub@127.0.0.1:${port()}/hub`, {
        TRIBUTARY_SOURCES: 'shop',
        TRIBUTARY_DATABASE_POOL: '1',
      });
      const began = performance.now();
      const answers = await Promise.all(
        ['a', 'b', 'c'].map((id) => gateway.post('/in/shop', { id, type: 'commerce.order', data: orderJson(id) })),
      );
      expect(performance.now() - began).toBeLessThan(2_000);
      expect(answers.map(({ status, headers }) => [status, headers.get('retry-after')])).toEqual(
        Array.from({ length: 3 }, () => [503, '2']),
      );
      const [ready, live] = await Promise.all(['ready', 'live'].map((path) => fetch(`${gateway.url}/${path}`)));
      expect([ready?.status, live?.status]).toEqual([503, 200]);
      expect(await ready?.json()).toMatchObject({ ok: false, reasons: { 'gateway database': expect.any(String) as unknown } });
      await gateway.close();
    },
    30_000,
  );
});
