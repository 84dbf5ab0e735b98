import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { keepUnreadable, listOperations, openOffset } from '@tributary/persistence';
import { hubUnderTest, type HubUnderTest } from '../../../test/support/hub-under-test.ts';
import { runProgram, runProgramJson } from '../../../test/support/run-program.ts';

const place = { group: 'profile', topic: 'commerce.payment.v1', partition: 3 };

describe('the verbs for batches that cannot be read', () => {
  let hub: HubUnderTest;
  beforeEach(async () => {
    hub = await hubUnderTest();
    await openOffset(hub.database, place.group, place.topic, place.partition, 17n);
    await keepUnreadable(hub.database, {
      ...place,
      standsAt: 17n,
      firstOffset: 17n,
      lastOffset: 21n,
      records: 4,
      reason: 'is packed with codec 6, which is unknown',
      bytes: Buffer.from('packed'),
    });
  }, 60_000);
  afterEach(() => hub.drop());

  it('unreadable tells where a partition stands and why; skip-batch moves past it once and says what it skipped', async () => {
    expect((await runProgramJson('quarantine', 'unreadable')).json).toMatchObject([
      {
        ...place,
        standsAt: '17',
        firstOffset: '17',
        lastOffset: '21',
        records: 4,
        bytes: 6,
        reason: 'is packed with codec 6, which is unknown',
      },
    ]);
    const skip = ['quarantine', 'skip-batch', place.group, place.topic, String(place.partition)] as const;
    expect(await runProgramJson(...skip)).toMatchObject({ code: 0, json: { ...place, firstOffset: '17', lastOffset: '21', records: 4 } });
    expect(await openOffset(hub.database, place.group, place.topic, place.partition, 0n)).toBe(22n);
    expect((await runProgramJson('quarantine', 'unreadable')).json).toEqual([]);
    expect(await runProgram(...skip)).toMatchObject({ code: 3 });
    const [row] = await hub.database.query(
      `SELECT value, reason, status, record_offset AS "offset" FROM hub.quarantine WHERE consumer_group = 'profile'`,
    );
    expect(row).toEqual({ value: Buffer.from('packed'), reason: 'unreadable-batch', status: 'discarded', offset: 17n });
    expect((await listOperations(hub.database, 5)).map(({ kind, result }) => [kind, result])).toEqual([
      ['skip-batch', { skipped: null }],
      ['skip-batch', { skipped: { firstOffset: '17', lastOffset: '21', records: 4 } }],
    ]);
  });

  it('does not skip when the partition has moved since', async () => {
    await hub.database.query('UPDATE hub.consumer_offset SET next_offset = 19, gaps = 2 WHERE partition = 3');
    expect(await runProgram('quarantine', 'skip-batch', place.group, place.topic, '3')).toMatchObject({ code: 3 });
    expect(await openOffset(hub.database, place.group, place.topic, place.partition, 0n)).toBe(19n);
    expect(await hub.database.query('SELECT FROM hub.quarantine')).toHaveLength(0);
  });
});
