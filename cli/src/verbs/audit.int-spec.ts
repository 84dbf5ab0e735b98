import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { contracts, toHeaders } from '@tributary/contracts';
import { createKafka, createProducer, createTopics, OutboxRelay, type Kafka } from '@tributary/kafka';
import type { BooksAudit } from '@tributary/persistence';
import { eventually } from '../../../test/support/eventually.ts';
import { hubUnderTest, type HubUnderTest } from '../../../test/support/hub-under-test.ts';
import { runProgram, runProgramJson } from '../../../test/support/run-program.ts';
import { accountingAnswer } from '../host/accounting-answer.ts';
import { quietLog } from '../services/quiet-log.ts';

type Audit = BooksAudit & { readonly topics?: readonly Record<string, unknown>[] };

describe('tributary audit', () => {
  let hub: HubUnderTest;
  beforeEach(async () => {
    hub = await hubUnderTest();
    await hub.payments([
      { id: 'p-1', cents: 100 },
      { id: 'p-2', cents: 200 },
      { id: 'p-3', cents: 1, bytes: Buffer.from('broken') },
      { id: 'p-4', cents: 400 },
    ]);
  }, 60_000);
  afterEach(() => hub.drop());
  const change = (sql: string): Promise<unknown> => hub.database.query(sql);
  const faults = async (): Promise<string[]> => {
    const { code, json } = await runProgramJson<Audit>('audit');
    expect(code).toBe(json.balanced ? 0 : 1);
    return json.faults.map(({ check }) => check);
  };

  it('tells what adds up, what waits and what is to be published', async () => {
    const { code, json } = await runProgramJson<Audit>('audit');
    expect({ code, json }).toMatchObject({
      code: 0,
      json: {
        balanced: true,
        faults: [],
        partitions: [{ group: 'profile', consumed: '4', applied: '2', quarantined: '1', parked: '1', accounted: '4' }],
        parked: { keys: 1, records: 1 },
        outbox: { held: 0 },
      },
    });
    expect(json.outbox.unsent).toBe(json.outbox.rows);
    expect(json.outbox.oldestUnsent).not.toBeNull();
    expect((await runProgram('audit')).out).toMatch(/1 records behind 1 keys[^]*everything adds up/);
    expect(await accountingAnswer(hub.database)).toMatchObject({ balanced: true, partitions: [{ consumed: '4', balanced: true }] });
  });

  it.each([
    ['a tally', 'UPDATE hub.consumer_offset SET applied = applied + 1', ['identity']],
    ['a tally and its offset', 'UPDATE hub.consumer_offset SET parked = parked + 1, next_offset = next_offset + 1', ['parked']],
    ['a lost parked record', 'DELETE FROM hub.parked', ['parked', 'blocked-keys']],
    ['a lost quarantine row', 'DELETE FROM hub.quarantine', ['quarantined', 'blocked-keys']],
    ['a key that nothing holds', "UPDATE hub.quarantine SET status = 'discarded'", ['blocked-keys']],
    [
      'an outbox row twice',
      'INSERT INTO hub.outbox (sequence, id, aggregatetype, aggregateid, type, payload, seq, source, event_time) SELECT sequence + 1000000000, id, aggregatetype, aggregateid, type, payload, seq, source, event_time FROM hub.outbox WHERE seq = 1 LIMIT 1',
      ['outbox-ids', 'outbox-seq'],
    ],
    ['a lost outbox row', "DELETE FROM hub.outbox WHERE seq = 1 AND aggregatetype = 'customer.activity.v1'", []],
    ['a lost last outbox row', "DELETE FROM hub.outbox WHERE seq = 2 AND aggregatetype = 'customer.activity.v1'", ['outbox-seq']],
    ['a number given out that no row has', 'UPDATE profile.profile SET told_activity = told_activity + 1', ['outbox-seq']],
  ])('fails on %s', async (_what, sql, checks) => {
    await change(sql);
    expect(await faults()).toEqual(checks);
    if (checks.includes('identity')) expect(await accountingAnswer(hub.database)).toMatchObject({ balanced: false });
    if (checks.length > 0) expect(await runProgram('audit')).toMatchObject({ code: 1, out: expect.stringContaining('IT DOES NOT ADD UP') });
  });

  it('who did what', async () => {
    await runProgram('quarantine', 'discard', '--all');
    expect(await runProgramJson('audit', '--operations')).toMatchObject({
      code: 0,
      json: [{ kind: 'discard', via: 'cli', result: { selected: 1 } }],
    });
    expect((await runProgram('audit', '--operations')).out).toContain('discard');
  });

  it('--topics compares the topics with the outbox: what is there twice is a repetition, what is missing or unknown is a fault', async () => {
    const kafka: Kafka = createKafka((process.env.KAFKA_BROKERS ?? '').split(','), 'spec', quietLog);
    const topics = [contracts.activity, contracts.profile, contracts.identityChange].map((contract) => contract.topic);
    await createTopics(
      kafka,
      [...topics, `${contracts.payment.topic}.dlt`].map((topic) => ({ topic, partitions: 1, compacted: false })),
    );
    const relay = new OutboxRelay({
      kafka,
      database: hub.database,
      log: quietLog,
      loops: 1,
      onPublished: () => undefined,
      onBlocked: () => undefined,
    });
    await relay.start();
    await eventually(
      () => hub.database.query('SELECT FROM hub.outbox_pending'),
      (rows) => rows.length === 0,
    );
    await relay.close();
    const { code, json } = await runProgramJson<Audit>('audit', '--topics');
    expect({ code, faults: json.faults }).toEqual({ code: 0, faults: [] });
    expect(json.topics).toContainEqual(
      expect.objectContaining({ topic: contracts.activity.topic, published: 2, missing: 0, unknown: 0, gaps: 0 }),
    );
    expect(json.outbox).toMatchObject({ unsent: 0, oldestUnsent: null });

    // A foreign hand writes into a key of ours: one event again, and one under a number that is taken.
    const [sent] = await hub.database.query<{ id: string; key: string; payload: Buffer }>(
      `SELECT id, aggregateid AS key, payload FROM hub.outbox WHERE aggregatetype = $1 AND seq = 1`,
      [contracts.activity.topic],
    );
    const producer = createProducer(kafka);
    await producer.connect();
    const headers = (id: string) => toHeaders({ id, source: 'profile', type: 'customer.activity', time: '2026-01-01T00:00:00Z', seq: 1n });
    const again = { key: sent?.key ?? '', value: sent?.payload ?? null };
    await producer.send({ topic: contracts.activity.topic, messages: [{ ...again, headers: headers(sent?.id ?? '') }] });
    expect(await runProgramJson('audit', '--topics')).toMatchObject({ code: 0, json: { balanced: true } });
    await producer.send({ topic: contracts.activity.topic, messages: [{ ...again, headers: headers('foreign') }] });
    expect(await runProgramJson('audit', '--topics')).toMatchObject({ code: 1, json: { faults: [{ check: 'topic-unknown' }] } });
    await producer.disconnect();
    await hub.database.query(`UPDATE hub.outbox SET id = 'never sent' WHERE aggregatetype = $1`, [contracts.profile.topic]);
    const ended = await runProgramJson<Audit>('audit', '--topics');
    expect(ended.json.faults.map(({ check }) => check)).toContain('topic-missing');
  }, 60_000);
});
