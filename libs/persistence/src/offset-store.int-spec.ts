import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { FencedError } from './failure.ts';
import { addTallies, holdGroup, moveOffsets, openOffset, raiseEpoch, storedOffsets } from './offset-store.ts';

const move = (partition: number, expected: bigint, next: bigint) => ({ topic: 't', partition, expected, next, gaps: 0n });

describe('offsets in PostgreSQL', () => {
  let own: FreshDatabase;
  beforeAll(async () => {
    own = await freshDatabase([]);
    await own.database.query('CREATE TABLE public.effect (what text)');
  }, 30_000);
  afterAll(() => own.drop());

  it('starts a partition at its low watermark once and for all', async () => {
    expect(await openOffset(own.database, 'g0', 't', 0, 17n)).toBe(17n);
    expect(await openOffset(own.database, 'g0', 't', 0, 99n)).toBe(17n);
  });

  it('moves by compare-and-set and adds the tallies', async () => {
    await openOffset(own.database, 'g1', 't', 0, 0n);
    await openOffset(own.database, 'g1', 't', 1, 0n);
    await own.database.transaction(async (tx) => {
      await moveOffsets(tx, 'g1', [move(1, 0n, 4n), move(0, 0n, 3n)]);
      await addTallies(
        tx,
        'g1',
        new Map([['t/0', { topic: 't', partition: 0, applied: 2, duplicate: 1, stale: 0, parked: 0, quarantined: 0 }]]),
      );
    });
    expect((await storedOffsets(own.database, 'g1')).sort((a, b) => a.partition - b.partition)).toEqual([
      { topic: 't', partition: 0, nextOffset: 3n },
      { topic: 't', partition: 1, nextOffset: 4n },
    ]);
  });

  it('a zombie: everything it did rolls back, its healthy partition included', async () => {
    await openOffset(own.database, 'g2', 't', 0, 0n);
    await openOffset(own.database, 'g2', 't', 1, 0n);
    await own.database.transaction((tx) => moveOffsets(tx, 'g2', [move(0, 0n, 10n)]));
    const zombie = own.database.transaction(async (tx) => {
      await tx.query(`INSERT INTO public.effect VALUES ('zombie')`);
      await moveOffsets(tx, 'g2', [move(0, 0n, 5n), move(1, 0n, 5n)]);
    });
    await expect(zombie).rejects.toThrow(FencedError);
    await expect(zombie).rejects.toThrow('t/0');
    expect(await own.database.query('SELECT * FROM public.effect')).toEqual([]);
    expect(await openOffset(own.database, 'g2', 't', 1, 0n)).toBe(0n);
  });

  it('two owners at once: exactly one moves, the other waits for it and is fenced', async () => {
    await openOffset(own.database, 'g3', 't', 0, 0n);
    const attempt = () => own.database.transaction((tx) => moveOffsets(tx, 'g3', [move(0, 0n, 7n)]));
    const outcomes = await Promise.allSettled([attempt(), attempt()]);
    expect(outcomes.map((outcome) => outcome.status).sort()).toEqual(['fulfilled', 'rejected']);
    expect(await openOffset(own.database, 'g3', 't', 0, 0n)).toBe(7n);
  });

  it('a held group: batches wait at their fence and go on in a new epoch, which later partitions begin with', async () => {
    await own.database.query(`INSERT INTO hub.consumer_group (name) VALUES ('g5')`);
    await openOffset(own.database, 'g5', 't', 0, 0n);
    let waiting: Promise<unknown> | undefined;
    let over = false;
    await own.database.transaction(async (tx) => {
      expect(await holdGroup(tx, 'g5')).toEqual([{ topic: 't', partition: 0, nextOffset: 0n }]);
      waiting = own.database
        .transaction(async (other) => ({
          epoch: (await moveOffsets(other, 'g5', [move(0, 0n, 7n)])).epoch,
          seen: await other.query('SELECT * FROM public.effect'),
        }))
        .finally(() => void (over = true));
      const blocked = 'SELECT pid FROM pg_locks WHERE NOT granted AND transactionid = pg_current_xact_id()::xid';
      await eventually(
        () => tx.query(blocked),
        (found) => found.length === 1,
      );
      expect(over).toBe(false);
      await tx.query(`INSERT INTO public.effect VALUES ('written under the hold')`);
      await raiseEpoch(tx, 'g5');
    });
    expect(await waiting).toEqual({ epoch: 1, seen: [{ what: 'written under the hold' }] });
    await openOffset(own.database, 'g5', 't', 1, 0n);
    expect(await own.database.transaction((tx) => moveOffsets(tx, 'g5', [move(1, 0n, 1n)]))).toEqual({
      epoch: 1,
      blockedTopics: new Set(),
    });
    await own.database.query('TRUNCATE public.effect');
  });

  it('the same partition twice in one batch is fenced, never counted twice', async () => {
    await openOffset(own.database, 'g4', 't', 0, 0n);
    await expect(own.database.transaction((tx) => moveOffsets(tx, 'g4', [move(0, 0n, 2n), move(0, 0n, 2n)]))).rejects.toThrow(FencedError);
    expect(await openOffset(own.database, 'g4', 't', 0, 0n)).toBe(0n);
  });
});
