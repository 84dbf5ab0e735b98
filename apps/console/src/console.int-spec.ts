import { afterAll, beforeAll, describe, expect, it, jest } from '@jest/globals';
import { Database } from '@tributary/persistence';
import { createLogger, createMetrics, Health, loadConfig, type AppContext } from '@tributary/runtime';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { consoleMigrations } from '../../../test/support/app-migrations.ts';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { HOSTILE, HOSTILE_SKU, MORE_CUSTOMERS, seedConsole, seeded, SKU } from '../../../test/support/seed-console.ts';
import {
  customerSorts,
  explainableCounts,
  explainableMoney,
  type Customer,
  type CustomerRow,
  type Overview,
  type Page,
  type QuarantineDetail,
  type QuarantineRecord,
  type QuarantineRow,
  type Sku,
  type TimelineEntry,
  type Why,
} from './api.ts';
import { createConsole } from './create-console.ts';
import { readOnlyUrl } from './read-only-url.ts';

jest.setTimeout(30_000);

let fresh: FreshDatabase;
let app: NestFastifyApplication;
const log: string[] = [];
let kafkaAnswers = true;

beforeAll(async () => {
  fresh = await freshDatabase(consoleMigrations);
  await seedConsole(fresh.database);
  const config = loadConfig({
    KAFKA_BROKERS: '127.0.0.1:9',
    REDIS_URL: 'redis://127.0.0.1:9',
    DATABASE_URL: fresh.url,
    TRIBUTARY_IDENTITY_KEY: 'ab'.repeat(32),
  });
  const context: AppContext = {
    config,
    logger: createLogger(config, { write: (line: string) => void log.push(line) }),
    metrics: createMetrics(false),
    health: new Health(),
  };
  const watermarks = () =>
    kafkaAnswers
      ? fresh.database.query<{ topic: string; partition: number; high: bigint }>(
          `SELECT DISTINCT topic, partition, next_offset + CASE topic WHEN 'erp.forecast.v1' THEN 5 ELSE 0 END AS high FROM hub.consumer_offset`,
        )
      : Promise.reject(new Error('no broker'));
  app = await createConsole(context, { watermarks });
  await app.init();
}, 60_000);
afterAll(async () => {
  await app.close();
  await fresh.drop();
});

const ask = (url: string, method: 'GET' | 'POST' = 'GET') => app.inject({ method, url, headers: { host: '127.0.0.1' } });
async function read<T>(url: string, method: 'GET' | 'POST' = 'GET'): Promise<T> {
  const answer = await ask(url, method);
  if (answer.statusCode !== 200) throw new Error(`${url}: ${answer.statusCode} ${answer.body}`);
  return answer.json<T>();
}
async function allPages<Row>(url: string): Promise<Row[]> {
  const rows: Row[] = [];
  for (let next: string | null = ''; next !== null;) {
    const page: Page<Row> = await read(`${url}${next === '' ? '' : `&after=${encodeURIComponent(next)}`}`);
    rows.push(...page.rows);
    next = page.next;
  }
  return rows;
}
const EVERYBODY = MORE_CUSTOMERS + 4;

describe('overview', () => {
  it('sums what the tables say and tells lag', async () => {
    const overview = await read<Overview>('/api/overview');
    const [sums] = await fresh.database.query<{ consumed: bigint; duplicate: bigint }>(
      'SELECT sum(next_offset - first_offset - gaps)::bigint AS consumed, sum(duplicate)::bigint AS duplicate FROM hub.consumer_offset',
    );
    expect(overview.total).toMatchObject({ consumed: Number(sums?.consumed), duplicate: Number(sums?.duplicate), balanced: true });
    expect(overview).toMatchObject({
      profiles: EVERYBODY - 1,
      guests: 1,
      forecasts: 2,
      replenishments: 1,
      database: { state: 'up' },
      lagRecords: 40,
    });
    expect(overview.outbox).toEqual([
      expect.objectContaining({ topic: 'customer.profile.v1', published: 344, unsent: 1, blocked: 0 }),
      expect.objectContaining({ topic: 'erp.forecast.v1', published: 11, unsent: 0, blocked: 1, oldestUnsent: null }),
    ]);
    expect(overview.erp).toEqual([
      { type: 'customer.segment', published: 2, accepted: 0, refused: 0, overridden: 0, unanswered: 2, failed: 1 },
      { type: 'erp.forecast', published: 2, accepted: 1, refused: 1, overridden: 0, unanswered: 0, failed: 0 },
      { type: 'erp.replenishment', published: 1, accepted: 0, refused: 0, overridden: 1, unanswered: 0, failed: 0 },
    ]);
    expect(overview.segments).toEqual([
      { segment: 'new', members: EVERYBODY - 1 },
      { segment: 'loyal', members: 1 },
    ]);
  });

  it('says when a partition is out of balance', async () => {
    await fresh.database.query(`UPDATE hub.consumer_offset SET applied = applied - 1 WHERE consumer_group = 'insight' AND partition = 3`);
    try {
      const overview = await until(
        () => read<Overview>('/api/overview'),
        ({ total }) => !total.balanced,
      );
      const unbalanced = overview.topics.flatMap((topic) =>
        topic.partitions.filter(({ balanced }) => !balanced).map(({ partition }) => [topic.group, partition]),
      );
      expect(unbalanced).toEqual([['insight', 3]]);
    } finally {
      await fresh.database.query(`UPDATE hub.consumer_offset SET applied = applied + 1 WHERE consumer_group = 'insight' AND partition = 3`);
    }
  });

  it('says that lag is unknown while Kafka does not answer', async () => {
    kafkaAnswers = false;
    const overview = await until(
      () => read<Overview>('/api/overview'),
      ({ kafka }) => kafka.state === 'down',
    );
    expect(overview).toMatchObject({ lagRecords: null, lagSeconds: null, database: { state: 'up' } });
    kafkaAnswers = true;
    expect(
      (
        await until(
          () => read<Overview>('/api/overview'),
          ({ kafka }) => kafka.state === 'up',
        )
      ).lagRecords,
    ).toBe(40);
  });
});

describe('customers', () => {
  it.each(customerSorts)('lists everybody once over pages, by %s', async (sort) => {
    const rows = await allPages<CustomerRow>(`/api/customers?limit=7&sort=${sort}`);
    expect(new Set(rows.map(({ profileId }) => profileId)).size).toBe(EVERYBODY);
    expect(rows).toHaveLength(EVERYBODY);
  });

  it.each([
    ['maria.schmidt@', seeded.maria],
    ['ØSTER 王', seeded.maria],
    ['030 123456', seeded.maria],
    ['+49 (30) 123-456', seeded.maria],
    ['C-100234', seeded.maria],
    [seeded.maria.toUpperCase(), seeded.maria],
    [seeded.mergedThen, seeded.maria],
    ['</td><script>', undefined],
    ["' OR 1=1 --", undefined],
    ['100%', undefined],
    ['customer_1@', undefined],
  ])('finds %s', async (query, id) => {
    const { rows } = await read<Page<CustomerRow>>(`/api/customers?query=${encodeURIComponent(query)}`);
    expect(rows.map(({ profileId }) => profileId)).toEqual(id === undefined ? [] : [id]);
  });

  it('shows no personal data before it is asked for: not in lists, pages, reasons or cursors', async () => {
    const answers = await Promise.all(
      [
        '/api/customers?sort=name&limit=3',
        '/api/customers?query=maria',
        `/api/customers/${seeded.maria}`,
        `/api/customers/${seeded.maria}/why?field=email`,
        `/api/customers/${seeded.maria}/why?field=name`,
      ].map(async (url) => (await ask(url)).body),
    );
    const cursor = (JSON.parse(answers[0] ?? '') as Page<CustomerRow>).next ?? '';
    const text = [...answers, Buffer.from(cursor, 'base64url').toString()].join('\n');
    for (const secret of ['María', 'Schmidt', 'maria.schmidt', '123456', '100234', 'CRM-20077', 'tamper', 'customer1'])
      expect(text.toLowerCase()).not.toContain(secret.toLowerCase());
  });

  it('reveals on a POST, and logs who was looked at but not what was shown', async () => {
    const personal = await read<{ email: string; phone: string }>(`/api/customers/${seeded.maria}/reveal`, 'POST');
    expect(personal).toMatchObject({ email: 'maria.schmidt@shop.example', phone: '+4930123456' });
    const lines = log.filter((line) => line.includes('"action":"reveal"'));
    expect(lines.at(-1)).toContain(seeded.maria);
    expect(lines.join()).not.toContain('schmidt');
  });

  it('follows merges to the survivor, and knows no others', async () => {
    expect(await read<Customer>(`/api/customers/${seeded.mergedFirst}`)).toMatchObject({
      profileId: seeded.maria,
      redirectedFrom: seeded.mergedFirst,
    });
    expect((await ask('/api/customers/00000000-0000-4000-8000-00000000ffff')).statusCode).toBe(404);
  });

  it('explains every figure of a profile by the documents that add up to it', async () => {
    const customer = await read<Customer>(`/api/customers/${seeded.maria}`);
    expect(customer.totals.map(({ currency }) => currency)).toEqual(['EUR', 'USD']);
    for (const { currency, ...figures } of customer.totals)
      for (const field of explainableMoney) {
        const why = await read<Why>(`/api/customers/${seeded.maria}/why?field=${field}&currency=${currency}&limit=200`);
        expect(why).toMatchObject({ kind: 'sum', shown: figures[field], equal: true });
      }
    for (const field of explainableCounts) {
      const why = await read<Why>(`/api/customers/${seeded.maria}/why?field=${field}`);
      expect(why).toMatchObject({ kind: 'sum', shown: String(customer[field]), sum: String(customer[field]), equal: true });
    }
    const why = await read<Why>(`/api/customers/${seeded.maria}/why?field=gross&currency=EUR&limit=2`);
    expect(why).toMatchObject({
      sum: '9007199254921.5791',
      count: 42,
      contributions: [{ cause: { topic: 'commerce.order.v1', partition: 0, offset: '1048' } }, {}],
    });
  });

  it('says when a figure is not the sum of its documents', async () =>
    expect(await read<Why>(`/api/customers/${seeded.tampered}/why?field=gross&currency=EUR`)).toMatchObject({
      shown: '8.0000',
      sum: '7.0000',
      equal: false,
    }));

  it('needs the currency of a sum of money', async () =>
    expect((await ask(`/api/customers/${seeded.maria}/why?field=net`)).statusCode).toBe(400));

  it('reads the timeline over pages, latest first, once', async () => {
    const rows = await allPages<TimelineEntry>(`/api/customers/${seeded.maria}/timeline?limit=5`);
    expect(rows).toHaveLength(49);
    expect(new Set(rows.map(({ kind, documentId }) => `${kind} ${documentId}`)).size).toBe(49);
    expect([...rows].sort((left, right) => (left.at < right.at ? 1 : left.at > right.at ? -1 : 0)).map(({ at }) => at)).toEqual(
      rows.map(({ at }) => at),
    );
    expect(rows.find(({ documentId }) => documentId === 'RET-1')).toMatchObject({
      amount: '-9.9500',
      currency: 'EUR',
      detail: 'wrong size',
    });
  });

  it('shows scores, segments with their facts, and evidence that is not in force as such', async () => {
    const customer = await read<Customer>(`/api/customers/${seeded.maria}`);
    expect(customer.score).toMatchObject({ r: 4, f: 5, m: 5, abcClass: 'A', monetary: '432.1000', currency: 'EUR', pAlive: 0.9731 });
    expect(customer.segments).toMatchObject([{ segment: 'loyal', version: 2, facts: [{ name: 'orders', value: '43' }, {}] }]);
    expect(customer.identity.map(({ identifier, rule, active }) => [identifier.kind, rule, active])).toEqual([
      ['email', 'same-email', true],
      ['email', 'same-email', true],
      ['phone', 'same-phone', false],
    ]);
  });
});

describe('skus and quarantine', () => {
  it('shows history, forecast and the answer that holds', async () => {
    const sku = await read<Sku>(`/api/skus/${encodeURIComponent(SKU.sku)}/${encodeURIComponent(SKU.location)}`);
    expect(sku.history).toHaveLength(730);
    expect(sku.forecast).toMatchObject({ bucket: 'WEEK', start: '2026-01-08', answer: { decision: 'ACCEPTED', attempts: 1 } });
    expect(sku.replenishment).toMatchObject({
      suggestedQuantity: '120.0000',
      answer: { decision: 'OVERRIDDEN', value: '144.0000', reason: 'supplier delivers in boxes of 48' },
    });
    const refused = await read<Sku>(`/api/skus/${encodeURIComponent(HOSTILE_SKU.sku)}/${encodeURIComponent(HOSTILE_SKU.location)}`);
    expect(refused.forecast?.answer).toMatchObject({ decision: 'REFUSED', reason: HOSTILE });
    expect(refused.replenishment).toBeNull();
    expect((await ask('/api/skus/none/none')).statusCode).toBe(404);
  });

  it('lists quarantine by reason over pages and shows a record on a POST only', async () => {
    const rows = await allPages<QuarantineRow>('/api/quarantine?reason=truncated&limit=6');
    expect(rows).toHaveLength(20);
    const id = rows[0]?.id ?? '';
    const detail = await read<QuarantineDetail>(`/api/quarantine/${id}`);
    expect(detail).toMatchObject({ bytes: 6, schemaId: 3, faults: [{ field: 'lines[0].unitPrice', detail: HOSTILE }] });
    expect(detail).not.toHaveProperty('hex');
    expect(await read<QuarantineRecord>(`/api/quarantine/${id}/record`, 'POST')).toMatchObject({
      key: 'shop-eu/c/1',
      hex: ['00 00 00 00 03 ff'],
      decoded: { ok: false },
    });
    expect(log.some((line) => line.includes('"action":"show-record"') && line.includes(`"${id}"`))).toBe(true);
    expect((await ask('/api/quarantine/999999')).statusCode).toBe(404);
    expect(await allPages<QuarantineRow>('/api/quarantine?status=discarded&limit=6')).toEqual([]);
  });
});

describe('the database sessions of the console', () => {
  it('cannot write', async () => {
    const db = new Database({ url: readOnlyUrl(fresh.url), max: 1, applicationName: 'spec' });
    try {
      await expect(db.query(`UPDATE hub.quarantine SET status = 'discarded'`)).rejects.toThrow(/read-only transaction/u);
    } finally {
      await db.close();
    }
  });

  it('need no more than the schema of the views', async () => {
    await fresh.database.query(
      'CREATE ROLE console_spec; GRANT USAGE ON SCHEMA console TO console_spec; GRANT SELECT ON ALL TABLES IN SCHEMA console TO console_spec',
    );
    try {
      const rows = await fresh.database.transaction(async (tx) => {
        await tx.query('SET LOCAL ROLE console_spec');
        return tx.query<{ name: string }>(`SELECT table_name AS name FROM information_schema.views WHERE table_schema = 'console'`);
      });
      expect(rows.length).toBeGreaterThan(10);
      for (const { name } of rows)
        await fresh.database.transaction(async (tx) => {
          await tx.query('SET LOCAL ROLE console_spec');
          await tx.query(`SELECT * FROM console.${name} LIMIT 1`);
        });
    } finally {
      await fresh.database.query('DROP OWNED BY console_spec; DROP ROLE console_spec');
    }
  });
});

/** Asks again until the answer is as wanted; the test's own limit ends it. */
async function until<T>(read: () => Promise<T>, wanted: (value: T) => boolean): Promise<T> {
  for (;;) {
    const value = await read();
    if (wanted(value)) return value;
    await new Promise((resolve) => {
      setTimeout(resolve, 100);
    });
  }
}
