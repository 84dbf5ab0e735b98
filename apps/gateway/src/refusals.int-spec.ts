import { request } from 'node:http';
import { connect } from 'node:net';
import { gzipSync } from 'node:zlib';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contracts } from '@tributary/contracts';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { orderJson } from '../../../test/support/order-json.ts';
import { startTestGateway, type TestGateway } from '../../../test/support/start-test-gateway.ts';
import { migrations } from './migrations.ts';

const event = (data: unknown, more: object = {}) => ({ id: 'r', type: 'commerce.order', data, ...more });
const order = (change: object = {}) => event(orderJson('r', change as Record<string, unknown>));
const line = (change: object) => order({ lines: [{ ...(orderJson('r').lines as object[])[0], ...change }] });
const customer = (change: object) => order({ customer: { id: '1', ...change } });
const json = (value: unknown) => JSON.stringify(value);
const encoded = (() => {
  const read = contracts.order.fromJson(orderJson('avro'));
  if (!read.ok) throw new Error('bad sample');
  return contracts.order.encode(read.value);
})();
const avro = (id: string) => ({
  'content-type': 'application/vnd.confluent.avro',
  'ce-specversion': '1.0',
  'ce-id': id,
  'ce-source': 'shop',
  'ce-type': 'commerce.order',
});
const wrongId = Buffer.from(encoded);
wrongId.writeInt32BE(contracts.payment.latest.id, 1);

// Every kind of bad input gets its status, the field and the reason, and is kept in quarantine as it came.
const kept: readonly (readonly [string, string | Buffer, number, string, string, Record<string, string>?])[] = [
  ['malformed JSON', '{"id": 1,', 400, '', 'malformed'],
  ['no body', '', 400, '', 'malformed'],
  ['100,000 levels', '['.repeat(100_000), 400, '', 'limit'],
  ['a name twice', '{"id":"a","id":"b"}', 400, '', 'malformed'],
  ['__proto__', '{"__proto__":{}}', 400, '', 'malformed'],
  ['bytes that are no UTF-8', Buffer.from('{"id":"\xff"}', 'latin1'), 400, '', 'utf8'],
  ['a number as text', json(order({ total: 'much' })), 422, 'data.total', 'wrong-type'],
  ['an object as id', json(order({ orderId: {} })), 422, 'data.orderId', 'wrong-type'],
  ['a missing field', json(order({ currency: undefined })), 422, 'data.currency', 'missing-field'],
  ['an unknown field', json(order({ tenant: 'x' })), 422, 'data.tenant', 'unknown-field'],
  ['an unknown envelope field', json({ ...order(), tenant: 'x' }), 422, 'tenant', 'unknown-field'],
  ['an unknown status', json(order({ status: 'LOST' })), 422, 'data.status', 'unknown-enum'],
  ['an unknown type', json(event({}, { type: 'commerce.basket' })), 422, 'type', 'wrong-contract'],
  ['a derived type', json(event({}, { type: 'customer.profile' })), 422, 'type', 'wrong-contract'],
  ['no data', json({ id: 'r', type: 'commerce.order' }), 422, 'data', 'missing-field'],
  ['U+0000 in a name', json(customer({ name: 'A\u0000B' })), 422, 'data.customer.name', 'control-char'],
  ['a lone surrogate in a name', json(customer({ name: '@' })).replace('@', '\\ud83d'), 422, 'data.customer.name', 'surrogate'],
  ['U+0000 in the id', json({ ...order(), id: 'a\u0000' }), 422, 'id', 'envelope'],
  ['a negative quantity', json(line({ quantity: -1 })), 422, 'data.lines[0].quantity', 'negative'],
  ['a line that does not add up', json(line({ amount: 24 })), 422, 'data.lines[0].amount', 'arithmetic'],
  ['a total that does not add up', json(order({ total: 26 })), 422, 'data.total', 'arithmetic'],
  ['an unknown currency', json(order({ currency: 'EUX' })), 422, 'data.currency', 'currency'],
  ['a currency in lower case', json(order({ currency: 'eur' })), 422, 'data.currency', 'currency'],
  ['half a yen', json(order({ currency: 'JPY', tax: 0.5 })), 422, 'data.tax', 'scale'],
  ['seven places in a price', json(line({ unitPrice: '1.0000001' })), 422, 'data.lines[0].unitPrice', 'scale'],
  ['a date of 1970', json(order({ placedAt: '1970-01-01T00:00:00Z' })), 422, 'data.placedAt', 'time'],
  ['the day after tomorrow', json(order({ placedAt: '2026-06-03T12:00:01Z' })), 422, 'data.placedAt', 'time'],
  ['a time without offset', json(order({ placedAt: '2026-03-01T09:30:00' })), 422, 'data.placedAt', 'time'],
  ['30 February', json(order({ placedAt: '2026-02-30T09:30:00Z' })), 422, 'data.placedAt', 'time'],
  ['1e400', json(order()).replace('"tax":0', '"tax":1e400'), 422, 'data.tax', 'scale'],
  ['a version beyond 64 bits', json(order()).replace('"version":"1"', '"version":99999999999999999999'), 422, 'data.version', 'range'],
  ['a text of 5,000 characters', json(customer({ name: 'x'.repeat(5000) })), 422, 'data.customer.name', 'limit'],
  ['2,001 lines', json(event(orderJson('r', {}, 2001))), 422, 'data.lines', 'limit'],
  ['an Avro body with the id of another contract', wrongId, 422, 'data', 'unknown-schema', avro('r')],
  ['an Avro body cut short', encoded.subarray(0, 40), 422, 'data', 'truncated', avro('r')],
  ['an Avro body with bytes behind it', Buffer.concat([encoded, Buffer.from([0])]), 422, 'data', 'trailing', avro('r')],
  ['an Avro body without frame', encoded.subarray(5), 422, 'data', 'no-frame', avro('r')],
];

describe('what the gateway refuses', () => {
  let fresh: FreshDatabase;
  let gateway: TestGateway;
  beforeAll(async () => {
    fresh = await freshDatabase(migrations);
    gateway = await startTestGateway(
      fresh.url,
      { TRIBUTARY_SOURCES: 'shop', TRIBUTARY_BODY_LIMIT: '700KiB', TRIBUTARY_BATCH_LIMIT: '2MiB' },
      () => Date.UTC(2026, 5, 2, 12),
    );
  }, 30_000);
  afterAll(async () => {
    await gateway.close();
    await fresh.drop();
  });
  const stored = async (query: string) => (await fresh.database.query<{ n: bigint }>(query))[0]?.n;

  it.each(kept.map((row) => ({ name: row[0], row })))('$name', async ({ row: [, body, status, field, reason, headers] }) => {
    await fresh.database.query('TRUNCATE hub.quarantine');
    const answer = await gateway.post(headers === undefined ? '/in/shop' : '/events', body, headers);
    expect([answer.status, answer.body.faults?.[0]]).toEqual([status, { index: 0, field, reason, detail: expect.any(String) as unknown }]);
    const rows = await fresh.database.query<{ reason: string; value: Buffer }>('SELECT reason, value FROM hub.quarantine');
    expect(rows.map((row) => [row.reason, row.value.equals(Buffer.from(body as string))])).toEqual([[reason, true]]);
  });

  it('accepts a 64-bit id sent as a number, digit for digit', async () => {
    const body = json(order()).replace('"version":"1"', '"version":820982911946154508').replace('"id":"r"', '"id":"big"');
    expect((await gateway.post('/in/shop', body)).status).toBe(202);
    const [row] = await fresh.database.query<{ payload: Buffer }>("SELECT payload FROM hub.outbox WHERE id = 'big'");
    const decoded = contracts.order.decode(row?.payload ?? Buffer.alloc(0));
    expect(decoded.ok && decoded.value.version).toBe(820982911946154508n);
  });

  const cloud = { 'content-type': 'application/cloudevents+json' };
  it.each([
    ['an unknown source, in the path', '/in/nobody', json(order()), {}, 404, 'unknown-source'],
    [
      'an unknown source, in the event',
      '/events',
      json({ ...order(), specversion: '1.0', source: 'nobody' }),
      cloud,
      401,
      'unknown-source',
    ],
    ['an event without a source', '/events', json({ ...order(), specversion: '1.0' }), cloud, 422, 'envelope'],
    ['text/plain', '/in/shop', 'hello', { 'content-type': 'text/plain' }, 415, 'envelope'],
    ['JSON in UTF-16', '/in/shop', '{}', { 'content-type': 'application/json; charset=utf-16' }, 415, 'envelope'],
    ['a body over the limit of one event', '/in/shop', `{"a":"${'x'.repeat(720_000)}"}`, {}, 413, 'limit'],
  ])('%s: nothing is stored', async (_name, path, body, headers, status, reason) => {
    const before = await stored('SELECT count(*) AS n FROM hub.quarantine');
    const answer = await gateway.post(path, body, headers as Record<string, string>);
    expect([answer.status, answer.body.faults?.[0]?.reason]).toEqual([status, reason]);
    expect(answer.headers.get('content-type')).toContain('application/problem+json');
    expect(await stored('SELECT count(*) AS n FROM hub.quarantine')).toBe(before);
  });

  it('a body over the limit of a batch, a gzip bomb, no such page: a status and no stack', async () => {
    const long = await gateway.post('/in/shop', `[${'1,'.repeat(1_200_000)}1]`);
    const bomb = await gateway.post('/in/shop', gzipSync(Buffer.alloc(50_000_000)), { 'content-encoding': 'gzip' });
    const nowhere = await gateway.post('/nowhere', {});
    expect([long.status, bomb.status, nowhere.status]).toEqual([413, 415, 404]);
    expect(json([long.body, bomb.body, nowhere.body])).not.toMatch(/ at |node_modules|\.ts/);
  });

  it('an event whose record takes more than 900 KiB, before it reaches the outbox', async () => {
    const data = orderJson('big', {}, 1300);
    (data.lines as { description: string }[]).forEach((item) => (item.description = 'x'.repeat(900)));
    const answer = await gateway.post('/in/shop', json([event(data)]));
    expect([answer.status, answer.body.faults]).toEqual([
      422,
      [
        {
          index: 0,
          field: 'data',
          reason: 'limit',
          detail: expect.stringMatching(/^takes \d+ bytes as a record, at most 921600$/) as unknown,
        },
      ],
    ]);
  });

  it('a missing content type with 415, a body of two lengths with 400', async () => {
    const missing = await new Promise<number | undefined>((resolve, reject) => {
      const call = request(`${gateway.url}/in/shop`, { method: 'POST' }, (response) => resolve(response.resume().statusCode));
      call.on('error', reject).end('{}');
    });
    const { port } = new URL(gateway.url);
    const smuggled = await new Promise<string>((resolve, reject) => {
      const socket = connect(Number(port), '127.0.0.1', () => {
        socket.write('POST /in/shop HTTP/1.1\r\nHost: x\r\nContent-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n');
      });
      socket.once('data', (data) => resolve(data.toString('latin1').slice(0, 12))).on('error', reject);
    });
    expect([missing, smuggled]).toEqual([415, 'HTTP/1.1 400']);
  });

  it('never writes personal data into the log', () => {
    expect(gateway.log.join('')).not.toMatch(/ada@example|Lovelace/);
  });
});
