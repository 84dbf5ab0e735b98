import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { createConsole } from '@tributary/app-console';
import { contracts, type Contract, type Payment } from '@tributary/contracts';
import { Database } from '@tributary/persistence';
import { createLogger, createMetrics, Health, loadConfig, processEnvironment } from '@tributary/runtime';
import { hubUnderTest, paymentRecord, type HubUnderTest } from '../../../test/support/hub-under-test.ts';
import { consoleRepair } from './console-repair.ts';

type Inject = Awaited<ReturnType<typeof createConsole>>['inject'];
interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown> & {
    readonly error?: { readonly code: string; readonly faults?: readonly { readonly field: string }[] };
  };
}

describe('the quarantine in the console', () => {
  let hub: HubUnderTest;
  let changing: Database;
  let app: Awaited<ReturnType<typeof createConsole>>;
  let id: string;
  const log: string[] = [];
  const start = async (readOnly = false): Promise<void> => {
    const config = loadConfig({ ...processEnvironment(), KAFKA_BROKERS: '127.0.0.1:9', REDIS_URL: 'redis://127.0.0.1:9' });
    const logger = createLogger(config, { write: (line: string) => void log.push(line) });
    changing = new Database({ url: hub.url, max: 2, applicationName: 'spec console' });
    app = await createConsole(
      { config, logger, metrics: createMetrics(false), health: new Health() },
      readOnly ? {} : { repair: consoleRepair(changing, config) },
    );
    await app.init();
  };
  beforeEach(async () => {
    hub = await hubUnderTest();
    await hub.payments([
      { id: 'p-1', cents: 100, bytes: Buffer.from('broken') },
      { id: 'p-2', cents: 200 },
    ]);
    const [row] = await hub.database.query<{ id: bigint }>('SELECT id FROM hub.quarantine');
    id = String(row?.id);
  }, 60_000);
  afterEach(async () => {
    await app.close();
    await changing.close();
    await hub.drop();
  }, 30_000);

  const ask = async (method: 'GET' | 'POST', url: string, payload?: object, headers: Record<string, string> = {}): Promise<Answer> => {
    const given: Parameters<Inject>[0] = { method, url, headers: { host: '127.0.0.1:8081', ...headers }, ...(payload && { payload }) };
    const answer = await app.inject(given);
    return { status: answer.statusCode, body: answer.json<Answer['body']>() };
  };
  const mended = (): unknown => {
    const { value } = paymentRecord({ id: 'p-1', cents: 100 });
    const read = contracts.payment.decode(value ?? Buffer.alloc(0));
    return read.ok ? (contracts.payment as Contract<Payment>).toJson(read.value) : undefined;
  };

  it('tries, edits and redrives; the log names who the proxy says it was', async () => {
    await start();
    expect(await ask('GET', '/api/parked')).toMatchObject({
      status: 200,
      body: { rows: [{ group: 'profile', parked: 1, failed: [id], key: 'sh•••-1' }] },
    });
    expect(await ask('POST', '/api/quarantine/redrive', { ids: [id], dryRun: true })).toMatchObject({
      status: 200,
      body: {
        dryRun: true,
        operation: null,
        quarantine: { quarantined: 1 },
        waiting: 1,
        records: [{ id, faults: [{ reason: 'no-frame' }] }],
      },
    });
    expect(await ask('POST', `/api/quarantine/${id}/edit`, { data: { paymentId: 7 } })).toMatchObject({
      status: 422,
      body: { error: { code: 'refused', faults: expect.arrayContaining([expect.objectContaining({ field: 'paymentId' })]) } },
    });
    const ada = { 'x-forwarded-user': 'ada@example.org' };
    expect(await ask('POST', `/api/quarantine/${id}/edit`, { data: mended() }, ada)).toMatchObject({ status: 200 });
    const done = await ask('POST', '/api/quarantine/redrive', { reason: 'no-frame' }, ada);
    expect(done).toMatchObject({ status: 200, body: { quarantine: { applied: 1 }, released: { applied: 1 }, waiting: 0 } });
    expect(JSON.stringify(done.body)).not.toContain('ada@example.org');
    expect(await hub.paid()).toBe('30000');
    expect(await ask('GET', '/api/operations')).toMatchObject({
      body: {
        rows: [
          { kind: 'redrive', actor: 'ada@example.org', via: 'api' },
          { kind: 'edit', actor: 'ada@example.org' },
        ],
      },
    });
    expect(await ask('GET', '/api/parked')).toMatchObject({ body: { rows: [] } });
    expect(await ask('POST', `/api/quarantine/${id}/edit`, { eventId: 'x' })).toMatchObject({ status: 422 });
    expect(log.some((line) => line.includes('"action":"redrive"'))).toBe(true);
  });

  it('discards; without a user the console itself did it', async () => {
    await start();
    expect(await ask('POST', '/api/quarantine/discard', { all: true }, { 'x-forwarded-user': 'a\u0001b' })).toMatchObject({
      body: { quarantine: { discarded: 1 }, released: { applied: 1 } },
    });
    expect(await ask('GET', '/api/operations')).toMatchObject({ body: { rows: [{ kind: 'discard', actor: 'console' }] } });
  });

  it('refuses what says nothing, what says too much, what comes from another site, and an id that is not there', async () => {
    await start();
    for (const payload of [{}, { dryRun: true }, { reason: 'nonsense' }, { ids: ['x'] }, { all: false }, { all: true, colour: 'red' }])
      expect(await ask('POST', '/api/quarantine/redrive', payload)).toMatchObject({
        status: 400,
        body: { error: { code: 'bad-parameter' } },
      });
    expect(await ask('POST', '/api/quarantine/redrive', { all: true }, { 'sec-fetch-site': 'cross-site' })).toMatchObject({ status: 403 });
    expect(await ask('POST', '/api/quarantine/999/edit', { eventId: 'x' })).toMatchObject({ status: 404 });
    expect(await hub.paid()).toBe('0');
  });

  it('without the port, or with a role that may only read, it says so and changes nothing', async () => {
    await start(true);
    expect(await ask('POST', '/api/quarantine/discard', { all: true })).toMatchObject({
      status: 403,
      body: { error: { code: 'read-only' } },
    });
    await app.close();
    await changing.close();
    const role = `reader_${hub.url.slice(-8)}`;
    await hub.database.query(`CREATE ROLE ${role} LOGIN PASSWORD 'reads'`);
    await hub.database.query(`GRANT USAGE ON SCHEMA hub TO ${role}`);
    await hub.database.query(`GRANT SELECT ON ALL TABLES IN SCHEMA hub TO ${role}`);
    const config = loadConfig({ ...processEnvironment(), KAFKA_BROKERS: '127.0.0.1:9', REDIS_URL: 'redis://127.0.0.1:9' });
    changing = new Database({
      url: Object.assign(new URL(hub.url), { username: role, password: 'reads' }).href,
      max: 2,
      applicationName: 'spec reader',
    });
    app = await createConsole(
      { config, logger: createLogger(config, { write: () => undefined }), metrics: createMetrics(false), health: new Health() },
      { repair: consoleRepair(changing, config) },
    );
    await app.init();
    expect(await ask('POST', '/api/quarantine/discard', { all: true })).toMatchObject({
      status: 403,
      body: { error: { code: 'read-only' } },
    });
    expect(await hub.database.query(`SELECT FROM hub.quarantine WHERE status = 'open'`)).toHaveLength(1);
    await hub.database.query(`DROP OWNED BY ${role}`);
    await hub.database.query(`DROP ROLE ${role}`);
  });
});
