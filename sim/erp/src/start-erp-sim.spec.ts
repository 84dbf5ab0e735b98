import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { contracts } from '@tributary/contracts';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Webhook } from 'standardwebhooks';
import { startErpSim, type ErpSim, type ErpSimOptions } from './start-erp-sim.ts';

const secret = `whsec_${Buffer.from('a secret of the simulated ERP').toString('base64')}`;
const book = [
  { source: 'erp', type: 'erp.stock', id: 'stock-1', time: '2026-01-01T00:00:00Z', data: { sku: 'A' } },
  { source: 'erp', type: 'erp.stock', id: 'stock-2', time: '2026-01-02T00:00:00Z', data: { sku: 'B' } },
  { source: 'erp', type: 'erp.invoice', id: 'invoice-1', time: '2026-01-02T00:00:00Z', data: { invoiceId: 'I' } },
];

/** A gateway over HTTP that keeps what it is given and is down when told to. */
interface Gateway {
  readonly url: string;
  readonly taken: { id: string; type: string; source: string; data: unknown }[];
  down: boolean;
}
let folder = '';
let server: Server | undefined;
let gateway: Gateway;
let erp: ErpSim | undefined;
const troubles: string[] = [];

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'erp-sim-'));
  const taken: Gateway['taken'] = [];
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      if (gateway.down) return void response.writeHead(503).end();
      const events = JSON.parse(text) as Gateway['taken'];
      taken.push(...events);
      response
        .writeHead(202)
        .end(JSON.stringify({ events: events.map(({ id }, index) => ({ index, id, status: 'accepted' })), faults: [] }));
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  gateway = { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, taken, down: false };
});

afterEach(async () => {
  await erp?.stop();
  erp = undefined;
  server?.closeAllConnections();
  server?.close();
  await rm(folder, { recursive: true });
});

const start = async (more: Partial<ErpSimOptions> = {}): Promise<ErpSim> =>
  (erp = await startErpSim({
    port: 0,
    gatewayUrl: gateway.url,
    secret,
    dataFile: join(folder, 'erp', 'journal.jsonl'),
    onTrouble: (message) => troubles.push(message),
    ...more,
  }));

const post = async (url: string, id: string, sku: string, change: (headers: Record<string, string>) => void = () => undefined) => {
  const body = JSON.stringify({
    type: 'erp.forecast',
    id,
    key: `${sku}@central`,
    seq: '1',
    time: '2026-01-01T00:00:00Z',
    data: { sku, mean: [1.5] },
  });
  const now = new Date();
  const headers: Record<string, string> = {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
    'webhook-signature': new Webhook(secret).sign(id, now, body),
  };
  change(headers);
  const response = await fetch(`${url}/hooks`, { method: 'POST', headers, body });
  return response.status;
};

const until = async (condition: () => boolean): Promise<void> => {
  const deadline = performance.now() + 4_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error('the condition did not come true within 4 s');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
};

describe('startErpSim', () => {
  it('answers each hook once and publishes a valid erp.ack, whoever repeats it', async () => {
    const { url, state } = await start();
    const statuses = await Promise.all([post(url, 'h1', 'A'), post(url, 'h1', 'A'), post(url, 'h1', 'A'), post(url, 'h2', 'B')]);
    expect(statuses.sort()).toEqual([200, 200, 202, 202]);
    await until(() => state().published === 2);
    expect(gateway.taken.map(({ id }) => id).sort()).toEqual(['ack-h1', 'ack-h2']);
    for (const { type, source, data } of gateway.taken) {
      expect([type, source]).toEqual(['erp.ack', 'erp']);
      const read = contracts.acknowledgement.fromJson(data);
      expect(read.ok ? contracts.acknowledgement.rules?.(read.value) : read.faults).toEqual([]);
    }
    expect(state()).toMatchObject({ received: 2, duplicates: 2, badSignatures: 0, unpublished: 0 });
    expect(state().accepted + state().refused + state().overridden).toBe(2);
  });

  it('refuses a wrong, a missing and an old signature, and takes nothing from them', async () => {
    const { url, state } = await start();
    expect(await post(url, 'h1', 'A', (headers) => (headers['webhook-signature'] = 'v1,AAAA'))).toBe(401);
    expect(await post(url, 'h1', 'A', (headers) => delete headers['webhook-signature'])).toBe(401);
    expect(await post(url, 'h1', 'A', (headers) => (headers['webhook-timestamp'] = '1600000000'))).toBe(401);
    expect(state()).toMatchObject({ received: 0, badSignatures: 3 });
  });

  it('keeps what it answered over a restart and publishes it then, when the gateway was away', async () => {
    gateway.down = true;
    const first = await start();
    expect(await post(first.url, 'h1', 'A')).toBe(202);
    await first.stop();
    expect(gateway.taken).toEqual([]);
    gateway.down = false;
    const second = await start();
    expect(await post(second.url, 'h1', 'A')).toBe(200);
    await until(() => second.state().published === 1);
    expect(gateway.taken.map(({ id }) => id)).toEqual(['ack-h1']);
    await second.stop();
    const third = await start();
    expect(third.state()).toMatchObject({ received: 1, published: 1, unpublished: 0 });
  });

  it('cuts off a line that was torn by a crash, and says so of a line that is broken inside', async () => {
    const first = await start();
    await post(first.url, 'h1', 'A');
    await until(() => first.state().published === 1);
    await first.stop();
    const file = join(folder, 'erp', 'journal.jsonl');
    await appendFile(file, '{"kind":"ack","ack":{"ackId":"ack-h2"');
    const second = await start();
    expect(second.state().received).toBe(1);
    expect(await post(second.url, 'h3', 'A')).toBe(202);
    await until(() => second.state().published === 2);
    await second.stop();
    expect(
      (await readFile(file, 'utf8'))
        .trimEnd()
        .split('\n')
        .map((line) => JSON.parse(line) as unknown),
    ).toHaveLength(4);
    await appendFile(file, 'not json\n');
    await expect(start()).rejects.toThrow('JSON');
  });

  it('serves its book in pages with a cursor, once, whatever the number of starts', async () => {
    await (await start({ book })).stop();
    const { url } = await start({ book });
    const get = async (path: string): Promise<Record<string, unknown>> =>
      (await (await fetch(url + path)).json()) as Record<string, unknown>;
    const one = await get('/stock?limit=1');
    expect(one).toEqual({
      items: [{ id: 'stock-1', type: 'erp.stock', time: '2026-01-01T00:00:00Z', data: { sku: 'A' } }],
      next: '1',
      more: true,
    });
    expect(await get('/stock?after=1')).toMatchObject({ items: [{ id: 'stock-2' }], next: '2', more: false });
    expect(await get('/stock?after=2')).toEqual({ items: [], next: '2', more: false });
    expect(await get('/invoices')).toMatchObject({ items: [{ id: 'invoice-1' }] });
    expect(await get('/stock?after=x')).toEqual({ error: 'after is "x": no cursor of this list' });
    expect(await get('/state')).toMatchObject({ received: 0 });
    expect((await fetch(`${url}/nothing`)).status).toBe(404);
  });

  it('says what is wrong with a hook that is signed but makes no sense', async () => {
    const { url } = await start();
    const send = (body: string, id = 'h9'): Promise<Response> => {
      const now = new Date();
      return fetch(`${url}/hooks`, {
        method: 'POST',
        body,
        headers: {
          'webhook-id': id,
          'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
          'webhook-signature': new Webhook(secret).sign(id, now, body),
        },
      });
    };
    expect((await send('{')).status).toBe(400);
    expect((await send('{"type":"erp.forecast"}')).status).toBe(400);
    expect((await send('{"type":"erp.forecast","id":"other","key":"k","data":{}}')).status).toBe(400);
    expect((await send(`"${'x'.repeat(3_000_000)}"`)).status).toBe(413);
  });
});
