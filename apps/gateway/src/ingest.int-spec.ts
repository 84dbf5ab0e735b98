import { createHmac } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeBatch, writeBinary, writeStructured, type HttpMessage } from '@tributary/connectors';
import { contracts } from '@tributary/contracts';
import { Webhook } from 'standardwebhooks';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { orderJson } from '../../../test/support/order-json.ts';
import { startTestGateway, type TestGateway } from '../../../test/support/start-test-gateway.ts';
import { migrations } from './migrations.ts';

const erpSecret = `whsec_${Buffer.alloc(32, 3).toString('base64')}`;
const sources = JSON.stringify([
  { name: 'shop' },
  { name: 'erp', secret: erpSecret },
  { name: 'shopify-eu', connector: 'shopify', secret: 's3cret' },
]);

describe('ingest on a real PostgreSQL', () => {
  let fresh: FreshDatabase;
  let gateway: TestGateway;
  beforeAll(async () => {
    fresh = await freshDatabase(migrations);
    gateway = await startTestGateway(fresh.url, { TRIBUTARY_SOURCES: sources });
  }, 30_000);
  afterAll(async () => {
    await gateway.close();
    await fresh.drop();
  });

  const outbox = (id: string) =>
    fresh.database.query<{ topic: string; key: string; type: string; payload: Buffer; source: string; traceparent: string | null }>(
      'SELECT aggregatetype AS topic, aggregateid AS key, type, payload, source, traceparent FROM hub.outbox WHERE id = $1',
      [id],
    );
  const quarantined = (source: string, id: string) =>
    fresh.database.query<{ reason: string; value: Buffer; contract: string; seen: number }>(
      "SELECT reason, value, contract, seen FROM hub.quarantine WHERE consumer_group = 'gateway' AND source = $1 AND event_id = $2 ORDER BY id",
      [source, id],
    );
  const send = (message: HttpMessage, headers: Record<string, string> = {}) =>
    gateway.post('/events', message.body, { ...message.headers, ...headers });
  const event = (id: string, data: unknown = orderJson(id), source = 'shop') => ({
    id,
    source,
    type: 'commerce.order',
    data: { json: data },
  });

  it('stores an event before it answers: identity, raw bytes, Avro record under its key', async () => {
    const message = writeStructured({ ...event('e-1'), traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' });
    const answer = await send(message);
    expect([answer.status, answer.body]).toEqual([
      202,
      {
        accepted: 1,
        duplicate: 0,
        conflict: 0,
        refused: 0,
        events: [{ index: 0, id: 'e-1', type: 'commerce.order', status: 'accepted' }],
        faults: [],
      },
    ]);
    const [row] = await outbox('e-1');
    expect(row).toMatchObject({
      topic: 'commerce.order.v1',
      key: 'shop/c/c-e-1',
      type: 'commerce.order',
      source: 'shop',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
    });
    const decoded = contracts.order.decode(row?.payload ?? Buffer.alloc(0));
    expect(decoded.ok && decoded.value).toMatchObject({ orderId: 'e-1', total: 250_000n });
    const [stored] = await fresh.database.query<{ raw: Buffer }>("SELECT raw FROM gateway.ingress WHERE event_id = 'e-1'");
    expect(stored?.raw).toEqual(message.body);
  });

  it('answers a retry as a duplicate, in whatever form it comes', async () => {
    const first = await send(writeStructured(event('e-2')));
    const { data } = event('e-2');
    const avro = contracts.order.fromJson(data.json);
    if (!avro.ok) throw new Error('bad sample');
    const retries = [
      await send(writeStructured(event('e-2'))),
      await send(writeBinary(event('e-2'))),
      await send(writeBatch([event('e-2')])),
      await send(writeBinary({ ...event('e-2'), data: { avro: contracts.order.encode(avro.value) } })),
      await gateway.post('/in/shop', ` [ ${JSON.stringify({ data: data.json, type: 'commerce.order', id: 'e-2' }, null, 2)} ] `),
    ];
    expect([first, ...retries].map(({ status, body }) => [status, body.events?.[0]?.status])).toEqual([
      [202, 'accepted'],
      ...Array.from({ length: 5 }, () => [202, 'duplicate']),
    ]);
    expect(await outbox('e-2')).toHaveLength(1);
  });

  it('answers another content under the same id with 409, keeps both, and the first stays in force', async () => {
    await send(writeStructured(event('e-3')));
    const other = writeStructured(event('e-3', orderJson('e-3', { country: 'DE' })));
    const answers = [await send(other), await send(other)];
    expect(answers.map(({ status, body }) => [status, body.faults])).toEqual(
      Array.from({ length: 2 }, () => [409, [{ index: 0, field: 'id', reason: 'conflict', detail: expect.any(String) as unknown }]]),
    );
    expect(await quarantined('shop', 'e-3')).toEqual([{ reason: 'conflict', value: other.body, contract: 'commerce.order', seen: 2 }]);
    const [row] = await outbox('e-3');
    const decoded = contracts.order.decode(row?.payload ?? Buffer.alloc(0));
    expect(decoded.ok && decoded.value.country).toBeNull();
  });

  it('takes the good events of a batch and keeps the bad ones', async () => {
    const bad = orderJson('b-2', { total: 24.99 });
    const message = writeBatch([
      event('b-1'),
      event('b-2', bad),
      event('b-1'),
      event('b-1', orderJson('b-1', { country: 'FR' })),
      event('b-3'),
    ]);
    const answer = await send(message);
    expect(answer.status).toBe(422);
    expect(answer.body).toMatchObject({ accepted: 2, duplicate: 1, conflict: 1, refused: 1 });
    expect(answer.body.events?.map(({ status }) => status)).toEqual(['accepted', 'refused', 'duplicate', 'conflict', 'accepted']);
    expect(answer.body.faults?.map(({ index, field, reason }) => [index, field, reason])).toEqual([
      [1, 'data.total', 'arithmetic'],
      [3, 'id', 'conflict'],
    ]);
    expect(answer.body.faults?.[0]?.detail).toBe('is 24.99, but lines + tax + shipping - discount gives 25.00: off by -0.01');
    const [kept] = await quarantined('shop', 'b-2');
    expect(JSON.parse(kept?.value.toString() ?? '')).toMatchObject({ id: 'b-2', data: bad });
  });

  it('has one effect for a hundred identical requests at once', async () => {
    const message = writeBatch([event('c-1'), event('c-2'), event('c-3')]);
    const turned = writeBatch([event('c-3'), event('c-2'), event('c-1')]);
    const answers = await Promise.all(Array.from({ length: 100 }, (_, n) => send(n % 2 === 0 ? message : turned)));
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([202]));
    const statuses = answers.flatMap(({ body }) => body.events?.map(({ status }) => status) ?? []);
    expect([statuses.filter((status) => status === 'accepted').length, statuses.length]).toEqual([3, 300]);
    for (const id of ['c-1', 'c-2', 'c-3']) expect(await outbox(id)).toHaveLength(1);
  });

  it('names an event without an id by its document and version', async () => {
    const body = (change: Record<string, unknown>) => ({ type: 'commerce.order', data: orderJson('noid', change) });
    const answers = [
      await gateway.post('/in/shop', body({})),
      await gateway.post('/in/shop', body({})),
      await gateway.post('/in/shop', body({ version: '2' })),
      await gateway.post('/in/shop', body({ country: 'FR' })),
    ];
    expect(answers.map(({ status, body: { events } }) => [status, events?.[0]?.status])).toEqual([
      [202, 'accepted'],
      [202, 'duplicate'],
      [202, 'accepted'],
      [409, 'conflict'],
    ]);
  });

  it('gives the same id of two sources to two events', async () => {
    const body = { id: 'shared', type: 'commerce.order', data: orderJson('shared') };
    const text = JSON.stringify(body);
    const at = Math.floor(Date.now() / 1000);
    const signed = {
      'webhook-id': 'w-1',
      'webhook-timestamp': String(at),
      'webhook-signature': new Webhook(erpSecret).sign('w-1', new Date(at * 1000), text),
    };
    const answers = [await gateway.post('/in/shop', text), await gateway.post('/in/erp', text, signed)];
    expect(answers.map(({ body: { events } }) => events?.[0]?.status)).toEqual(['accepted', 'accepted']);
    expect((await outbox('shared')).map(({ source }) => source).sort()).toEqual(['erp', 'shop']);
    expect((await gateway.post('/in/erp', `${text} `, signed)).status).toBe(401);
    expect((await gateway.post('/in/erp', text)).status).toBe(401);
    expect((await send(writeStructured(event('x', orderJson('x'), 'erp')))).status).toBe(401);
  });

  it('reads Shopify webhooks: 64-bit ids survive, a retry is a duplicate, what cannot be mapped is kept and answered 202', async () => {
    const payload = {
      id: '@820982911946154508',
      created_at: '2026-03-27T13:01:19-04:00',
      updated_at: '2026-03-27T13:01:19-04:00',
      currency: 'USD',
      presentment_currency: 'USD',
      financial_status: 'paid',
      source_name: 'web',
      total_price: '10.00',
      line_items: [{ id: 1, sku: 'MUG', title: 'Mug', quantity: 1, price: '10.00' }],
      customer: { id: '@115310627314723954' },
    };
    const text = (change: object) => JSON.stringify({ ...payload, ...change }).replace(/"@(\d+)"/g, '$1');
    const hook = (body: string, topic = 'orders/create') =>
      gateway.post('/in/shopify-eu', body, {
        'x-shopify-topic': topic,
        'x-shopify-hmac-sha256': createHmac('sha256', 's3cret').update(body).digest('base64'),
      });
    const answers = [await hook(text({})), await hook(text({}))];
    expect(answers.map(({ status, body: { events } }) => [status, events?.[0]?.status])).toEqual([
      [202, 'accepted'],
      [202, 'duplicate'],
    ]);
    const [row] = await outbox(answers[0]?.body.events?.[0]?.id ?? '');
    expect(row?.key).toBe('shopify-eu/c/115310627314723954');
    const wrong = await hook(text({ total_price: '11.00' }));
    expect([wrong.status, wrong.body.faults?.[0]?.field]).toEqual([202, 'data.total']);
    const strange = await hook(text({}), 'themes/publish');
    expect([strange.status, strange.body.refused, strange.body.faults?.[0]?.reason]).toEqual([202, 1, 'unmappable']);
    expect(await quarantined('shopify-eu', '')).toMatchObject([{ reason: 'unmappable' }]);
    expect((await gateway.post('/in/shopify-eu', text({}), { 'x-shopify-topic': 'orders/create' })).status).toBe(401);
  });

  it('counts events by what became of them and tells it is ready', async () => {
    const [metrics, ready, live] = await Promise.all(
      ['metrics', 'ready', 'live'].map(async (path) => (await fetch(`${gateway.url}/${path}`)).text()),
    );
    expect(metrics).toMatch(/tributary_gateway_events_total\{source="shop",status="accepted"\} \d+/);
    expect([ready, live]).toEqual(['{"ok":true,"reasons":{}}', '{"ok":true,"reasons":{}}']);
  });
});
