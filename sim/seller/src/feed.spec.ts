import { afterEach, describe, expect, it } from '@jest/globals';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Delivery } from './fact.ts';
import { feed } from './feed.ts';

const deliveries: Delivery[] = Array.from({ length: 23 }, (_, index) => ({
  source: 'shop-eu',
  type: 'commerce.order',
  id: `e${index}`,
  time: '2026-01-01T00:00:00Z',
  data: { orderId: String(index) },
  arrivesAt: index,
}));

let server: Server | undefined;
afterEach(() => {
  server?.closeAllConnections();
  server?.close();
});

type Answer = (ids: string[], call: number) => { status: number; body?: unknown } | 'hang up';

async function gateway(answer: Answer): Promise<{ url: string; batches: string[][] }> {
  const batches: string[][] = [];
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk: Buffer) => (text += chunk.toString()));
    request.on('end', () => {
      const ids = (JSON.parse(text) as { id: string; specversion: string }[]).map(({ id }) => id);
      batches.push(ids);
      const said = answer(ids, batches.length);
      if (said === 'hang up') request.socket.destroy();
      else
        response
          .writeHead(said.status)
          .end(JSON.stringify(said.body ?? { events: ids.map((id, index) => ({ index, id, status: 'accepted' })), faults: [] }));
    });
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, batches };
}

describe('feed', () => {
  it('posts every delivery once, in order, in batches', async () => {
    const { url, batches } = await gateway(() => ({ status: 202 }));
    const seen: number[] = [];
    const result = await feed(deliveries, { gatewayUrl: url, concurrency: 1, batch: 10, onProgress: ({ sent }) => seen.push(sent) });
    expect(batches.map((ids) => ids.length)).toEqual([10, 10, 3]);
    expect(batches.flat()).toEqual(deliveries.map(({ id }) => id));
    expect(result).toMatchObject({ sent: 23, accepted: 23, duplicate: 0, conflict: 0, refused: 0 });
    expect(seen.at(-1)).toBe(23);
  });

  it('sends the same ids again after 503 and after a broken connection', async () => {
    const { url, batches } = await gateway((_, call) => (call === 1 ? { status: 503 } : call === 2 ? 'hang up' : { status: 202 }));
    const result = await feed(deliveries.slice(0, 5), { gatewayUrl: url, concurrency: 1 });
    expect(batches).toHaveLength(3);
    expect(new Set(batches.map((ids) => ids.join()))).toEqual(new Set(['e0,e1,e2,e3,e4']));
    expect(result.accepted).toBe(5);
  });

  it('tells what was refused and goes on', async () => {
    const { url } = await gateway((ids) => ({
      status: 422,
      body: {
        events: ids.map((id, index) => ({ index, id, status: id === 'e3' ? 'refused' : 'accepted' })),
        faults: [{ index: ids.indexOf('e3'), field: 'total', reason: 'arithmetic', detail: 'off by 1.00' }],
      },
    }));
    const result = await feed(deliveries, { gatewayUrl: url });
    expect(result).toMatchObject({ sent: 23, accepted: 22, refused: 1 });
    expect(result.refusals).toEqual([{ id: 'e3', why: 'refused: total arithmetic off by 1.00' }]);
  });

  it('stops at an answer that is no answer about events', async () => {
    const { url, batches } = await gateway(() => ({ status: 401, body: { error: 'unknown source' } }));
    await expect(feed(deliveries, { gatewayUrl: url })).rejects.toThrow('the gateway answered 401');
    expect(batches).toHaveLength(1);
  });

  it('stops when told to, also while the gateway is away', async () => {
    const { url } = await gateway(() => ({ status: 503 }));
    const controller = new AbortController();
    const running = feed(deliveries, { gatewayUrl: url, signal: controller.signal });
    controller.abort(new Error('enough'));
    await expect(running).rejects.toThrow('enough');
  });

  it('gives up when its patience is over', async () => {
    const { url } = await gateway(() => ({ status: 503 }));
    await expect(feed(deliveries, { gatewayUrl: url, patience: 50 })).rejects.toThrow(`the gateway at ${url} answered 503`);
  });

  it('keeps to its rate', async () => {
    const { url } = await gateway(() => ({ status: 202 }));
    const start = performance.now();
    await feed(deliveries, { gatewayUrl: url, batch: 1, rate: 200 });
    expect(performance.now() - start).toBeGreaterThan(80);
  });
});
