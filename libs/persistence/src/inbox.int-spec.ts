import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { eventKey } from './event-key.ts';
import { inboxMonth, noteInInbox, type InboxVerdict } from './inbox.ts';

const MONTH = inboxMonth(new Date());
const event = (id: string, hash = 1n) => ({ event: eventKey('spec', id), hash });

describe('the inbox', () => {
  let own: FreshDatabase;
  beforeAll(async () => void (own = await freshDatabase([])), 30_000);
  afterAll(() => own.drop());
  const note = (entries: ReturnType<typeof event>[], month = MONTH, group = 1): Promise<InboxVerdict[]> =>
    own.database.transaction((tx) => noteInInbox(tx, group, month, entries));

  it('fresh, then duplicate, then conflict', async () => {
    const id = randomUUID();
    expect(await note([event(id), event(`${id}x`)])).toEqual(['fresh', 'fresh']);
    expect(await note([event(id), event(`${id}y`)])).toEqual(['duplicate', 'fresh']);
    expect(await note([event(id, 2n)])).toEqual(['conflict']);
    expect(await note([event(id)], MONTH, 2)).toEqual(['fresh']);
  });
  it('repeated inside one batch: the first counts', async () => {
    const id = randomUUID();
    expect(await note([event(id), event(id), event(id, 2n), event(`${id}z`)])).toEqual(['fresh', 'duplicate', 'conflict', 'fresh']);
    expect(await note([event(id, 2n), event(id)])).toEqual(['conflict', 'duplicate']);
  });
  it('remembers over the turn of a month, and when the clock steps back over it', async () => {
    const id = randomUUID();
    expect(await note([event(id)], MONTH)).toEqual(['fresh']);
    expect(await note([event(id)], MONTH + 1)).toEqual(['duplicate']);
    const later = randomUUID();
    expect(await note([event(later)], MONTH + 1)).toEqual(['fresh']);
    expect(await note([event(later), event(later, 3n)], MONTH)).toEqual(['duplicate', 'conflict']);
  });
  it('two transactions race for the same events in opposite order: each event is fresh exactly once', async () => {
    const ids = Array.from({ length: 300 }, () => randomUUID());
    const [left, right] = await Promise.all([note(ids.map((id) => event(id))), note([...ids].reverse().map((id) => event(id)))]);
    const other = right.reverse();
    expect(left.map((verdict, index) => [verdict, other[index]].sort().join())).toEqual(ids.map(() => 'duplicate,fresh'));
  });
  it('what a rolled back transaction noted is fresh again', async () => {
    const id = randomUUID();
    const undone = own.database.transaction(async (tx) => {
      await noteInInbox(tx, 1, MONTH, [event(id)]);
      throw new Error('undo');
    });
    await expect(undone).rejects.toThrow('undo');
    expect(await note([event(id)])).toEqual(['fresh']);
  });
  it('nothing in, nothing out', async () => expect(await note([])).toEqual([]));
  it('months run on from January 1970', () => {
    expect(inboxMonth(new Date('1970-01-31T23:59:59Z'))).toBe(0);
    expect(inboxMonth(new Date('2026-03-01T00:00:00Z'))).toBe(56 * 12 + 2);
  });
});
