import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { hubUnderTest, type HubUnderTest } from '../../../test/support/hub-under-test.ts';
import { runProgram, runProgramJson } from '../../../test/support/run-program.ts';

const TOPIC = 'customer.profile.v1';

describe('the verbs of the outbox', () => {
  let hub: HubUnderTest;
  beforeEach(async () => {
    hub = await hubUnderTest();
    await hub.database.query(
      `INSERT INTO hub.outbox_held (sequence, created_on, shard, topic, key, reason) VALUES (5, CURRENT_DATE, 0, '${TOPIC}', 'k', 'too large'), (6, CURRENT_DATE, 0, '${TOPIC}', 'k', NULL)`,
    );
  }, 60_000);
  afterEach(() => hub.drop());

  it('tells what is held back and why; freed, it is to be published again and the log says who did it', async () => {
    const held = await runProgramJson<{ key: string; rows: number; reason: string }[]>('outbox', 'held');
    expect(held.json).toMatchObject([{ topic: TOPIC, key: 'k', rows: 2, reason: 'too large' }]);
    const freed = await runProgramJson<{ freed: number }>('outbox', 'free', TOPIC, 'k');
    expect(freed.json).toEqual({ topic: TOPIC, key: 'k', freed: 2 });
    expect(await hub.database.query('SELECT first, rows FROM hub.outbox_pending ORDER BY first')).toEqual([
      { first: 5n, rows: 1 },
      { first: 6n, rows: 1 },
    ]);
    expect((await runProgramJson('outbox', 'held')).json).toEqual([]);
    const [operation] = await hub.database.query(`SELECT kind, filter FROM hub.operation WHERE of IS NULL`);
    expect(operation).toEqual({ kind: 'free', filter: { topic: TOPIC, key: 'k' } });
  }, 60_000);

  it('a key of which nothing is held back is not found', async () => {
    expect((await runProgram('outbox', 'free', TOPIC, 'other')).code).toBe(3);
  }, 60_000);
});
