import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir, userInfo } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { writeStructured } from '@tributary/connectors';
import { contracts } from '@tributary/contracts';
import type { RedriveReport } from '@tributary/persistence';
import { hubUnderTest, type HubUnderTest } from '../../../test/support/hub-under-test.ts';
import { orderJson } from '../../../test/support/order-json.ts';
import { runProgram, runProgramJson } from '../../../test/support/run-program.ts';
import { startTestGateway } from '../../../test/support/start-test-gateway.ts';

const payment = (paymentId: string, customerId = 'c-1', amount = 7): unknown => ({
  paymentId,
  orderId: null,
  kind: 'CAPTURE',
  amount,
  currency: 'EUR',
  presentmentAmount: null,
  presentmentCurrency: null,
  method: null,
  customer: { id: customerId, email: null, phone: null, loyaltyId: null, name: null },
  occurredAt: '2026-02-02T00:00:00Z',
});
const jsonFile = (value: unknown): string => {
  const file = join(mkdtempSync(join(tmpdir(), 'tributary-edit-')), 'edit.json');
  writeFileSync(file, JSON.stringify(value));
  return file;
};
type Row = Readonly<Record<string, unknown>>;
type Shown = Omit<RedriveReport, 'events'> & { readonly events: readonly Row[] };

describe('the verbs of the quarantine, on the live stages', () => {
  let hub: HubUnderTest;
  beforeEach(async () => {
    hub = await hubUnderTest();
  }, 60_000);
  afterEach(() => hub.drop());

  /** The first payment of the customer cannot be read; two wait behind it. */
  const failed = async (): Promise<string> => {
    await hub.payments([
      { id: 'p-1', cents: 700, bytes: Buffer.from('broken') },
      { id: 'p-2', cents: 200 },
      { id: 'p-3', cents: 300 },
    ]);
    const { json } = await runProgramJson<Row[]>('quarantine', 'list');
    return String(json[0]?.id);
  };

  it('list, counts, show and parked list tell what is wrong and what waits', async () => {
    const id = await failed();
    const { json: counts } = await runProgramJson<Row[]>('quarantine', 'counts');
    expect(counts).toMatchObject([{ reason: 'no-frame', group: 'profile', contract: 'commerce.payment', records: 1, seen: 1 }]);
    const { json: shown } = await runProgramJson<Row>('quarantine', 'show', id);
    expect(shown).toMatchObject({ blocks: true, record_key: 'shop/c/c-1', value: Buffer.from('broken').toString('base64'), edits: [] });
    const { json: parked } = await runProgramJson<Row[]>('parked', 'list');
    expect(parked).toMatchObject([{ group: 'profile', topic: 'commerce.payment.v1', key: 'shop/c/c-1', parked: 2, failed: [Number(id)] }]);
    expect((await runProgramJson<Row[]>('quarantine', 'list', '--reason', 'time')).json).toEqual([]);
    expect(await runProgram('quarantine', 'show', '999')).toMatchObject({ code: 3 });
    for (const verb of [
      ['quarantine', 'list'],
      ['quarantine', 'counts'],
      ['quarantine', 'show', id],
      ['parked', 'list'],
    ])
      expect((await runProgram(...verb)).out).toContain(verb[1] === 'list' && verb[0] === 'parked' ? 'shop/c/c-1' : 'no-frame');
  });

  it('what fails again ends with 1 and stays; nothing chosen is wrong use; an id that is not open is not found', async () => {
    const id = await failed();
    expect(await runProgramJson<Shown>('quarantine', 'redrive', id)).toMatchObject({
      code: 1,
      json: { quarantine: { quarantined: 1 }, waiting: 2 },
    });
    expect(await runProgram('quarantine', 'redrive')).toMatchObject({ code: 2, fault: expect.stringContaining('say which records') });
    expect(await runProgram('quarantine', 'redrive', '999')).toMatchObject({ code: 3 });
    expect(await hub.paid()).toBe('0');
  });

  it('edit, dry run, redrive: the customer has every payment once, in order, and who did it is known', async () => {
    const id = await failed();
    expect(await runProgram('quarantine', 'edit', id, '--file', jsonFile({ paymentId: 1 }))).toMatchObject({ code: 1 });
    expect(await runProgram('quarantine', 'edit', id, '--file', jsonFile(payment('p-1', 'c-2')))).toMatchObject({
      code: 1,
      out: expect.stringContaining('another key'),
    });
    expect(await runProgram('quarantine', 'edit', id, '--file', '/no/such/file')).toMatchObject({ code: 3 });
    expect(await runProgram('quarantine', 'edit', id, '--file', jsonFile(payment('p-1')))).toMatchObject({ code: 0 });

    const dry = await runProgramJson<Shown>('quarantine', 'redrive', '--contract', 'commerce.payment', '--dry-run');
    expect(dry).toMatchObject({ code: 0, json: { operation: null, quarantine: { applied: 1 }, released: { applied: 2 } } });
    expect(dry.json.events.filter((event) => event.type === 'customer.activity').map((event) => event.data)).toMatchObject([
      { documentId: 'p-1', seq: '1' },
      { documentId: 'p-2', seq: '2' },
      { documentId: 'p-3', seq: '3' },
    ]);
    expect(await hub.paid()).toBe('0');
    expect((await runProgram('quarantine', 'redrive', '--all', '--dry-run')).out).toContain('nothing was changed');

    expect(await runProgramJson('quarantine', 'redrive', '--key', 'shop/c/c-1')).toMatchObject({ code: 0, json: { waiting: 0 } });
    expect(await hub.paid()).toBe('120000');
    const { json: shown } = await runProgramJson<Row>('quarantine', 'show', id);
    expect(shown).toMatchObject({
      status: 'redriven',
      edits: [{ actor: userInfo().username, before: Buffer.from('broken').toString('base64') }],
    });
    expect(await hub.payments([{ id: 'p-2', cents: 200 }])).toMatchObject({ duplicate: 1 });
    expect(await runProgram('quarantine', 'edit', id, '--event-id', 'x')).toMatchObject({
      code: 1,
      fault: expect.stringContaining('redriven'),
    });
  });

  it('does nothing under another identity key than the hub has', async () => {
    await hub.payments([{ id: 'p-0', cents: 50 }]);
    const id = await failed();
    process.env.TRIBUTARY_IDENTITY_KEY = '11'.repeat(32);
    expect(await runProgram('quarantine', 'discard', id)).toMatchObject({
      code: 4,
      fault: expect.stringContaining('TRIBUTARY_IDENTITY_KEY'),
    });
    expect(await hub.paid()).toBe('5000');
  });

  it('discard lets the others go on', async () => {
    const id = await failed();
    expect(await runProgramJson('quarantine', 'discard', id)).toMatchObject({ code: 0, json: { released: { applied: 2 } } });
    expect(await hub.paid()).toBe('50000');
  });

  it('a request that the gateway refused goes through its intake again: as it came, or edited', async () => {
    const gateway = await startTestGateway(hub.url, { TRIBUTARY_SOURCES: 'shop' });
    try {
      const bad = orderJson('o-1', { total: 1 });
      const refused = writeStructured({ id: 'e-1', source: 'shop', type: 'commerce.order', data: { json: bad } });
      expect(await gateway.post('/events', refused.body, refused.headers)).toMatchObject({ status: 422 });
      expect(await gateway.post('/in/shop', '{"id": 7')).toMatchObject({ status: 400 });
      const { json: rows } = await runProgramJson<Row[]>('quarantine', 'list', '--group', 'gateway');
      const [unreadable, order] = rows.map((row) => String(row.id));
      expect(rows).toMatchObject([{ topic: null }, { reason: 'arithmetic', event: 'e-1' }]);

      expect(await runProgramJson('quarantine', 'redrive', '--group', 'gateway')).toMatchObject({
        code: 1,
        json: { quarantine: { quarantined: 2 } },
      });
      expect((await runProgramJson<Row[]>('quarantine', 'list', '--group', 'gateway')).json).toMatchObject([{ seen: 2 }, { seen: 2 }]);
      expect(await runProgram('quarantine', 'edit', order ?? '', '--file', jsonFile(bad))).toMatchObject({ code: 1 });
      await runProgram('quarantine', 'edit', order ?? '', '--file', jsonFile(orderJson('o-1')));
      expect(await runProgram('quarantine', 'edit', unreadable ?? '', '--file', jsonFile(payment('p-9')))).toMatchObject({ code: 1 });
      await runProgram('quarantine', 'edit', unreadable ?? '', '--type', 'commerce.payment', '--file', jsonFile(payment('p-9')));
      expect(await runProgramJson('quarantine', 'redrive', '--all', '--dry-run')).toMatchObject({ json: { quarantine: { applied: 2 } } });
      expect(await hub.database.query('SELECT FROM gateway.ingress')).toHaveLength(0);
      expect(await runProgramJson('quarantine', 'redrive', '--all')).toMatchObject({ code: 0, json: { quarantine: { applied: 2 } } });
      const sent = await hub.database.query<{ topic: string; payload: Buffer }>(
        'SELECT aggregatetype AS topic, payload FROM hub.outbox ORDER BY 1',
      );
      expect(sent.map(({ topic }) => topic)).toEqual([contracts.order.topic, contracts.payment.topic]);
      // The source sends the mended order itself: an echo.
      const echo = writeStructured({ id: 'e-1', source: 'shop', type: 'commerce.order', data: { json: orderJson('o-1') } });
      expect(await gateway.post('/events', echo.body, echo.headers)).toMatchObject({ status: 202, body: { duplicate: 1 } });
    } finally {
      await gateway.close();
    }
  });
});
