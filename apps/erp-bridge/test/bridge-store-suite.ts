import { describe, expect, it } from '@jest/globals';
import { contracts } from '@tributary/contracts';
import { BridgeBook } from '../src/bridge-book.ts';
import type { BridgeChanges, BridgeStore } from '../src/bridge-store.ts';
import { answer, forecast, replenishment, segment } from './sample-events.ts';

/** A store under test. */
export interface StoreUnderTest {
  /** Runs one batch in a transaction of its own. */
  batch<T>(work: (store: BridgeStore) => Promise<T>): Promise<T>;
}

const nothing = { eventIds: [], keys: [], acks: [] };

/** Changes as the folds make them. */
function changesOf(fill: (book: BridgeBook) => void): BridgeChanges {
  const book = new BridgeBook({ queued: new Set(), lastSeq: new Map(), acks: new Map() });
  fill(book);
  return book.changes();
}

/** What every store of the bridge does. */
export function bridgeStoreSuite(name: string, open: () => Promise<StoreUnderTest>): void {
  describe(`bridge store: ${name}`, () => {
    it('knows ids, the last sequence number of each key and contract, and answers', async () => {
      const store = await open();
      const changes = changesOf((book) => {
        for (const event of [segment('p', 1), segment('p', 2), segment('q', 7)]) book.deliver(event);
        book.deliver(forecast('a', 4));
        book.deliver(replenishment('a', 9));
        book.acknowledge(answer('1', 'x', { decision: 'OVERRIDDEN', value: -15_000n, reason: 'm"y' }));
      });
      await store.batch((batch) => batch.save(changes));
      const known = await store.batch((batch) =>
        batch.load({
          eventIds: ['p-2', 'p-3', 'a-f-4'],
          keys: [
            { type: contracts.segmentChange.name, key: 'p' },
            { type: contracts.forecast.name, key: 'a@web' },
            { type: contracts.replenishment.name, key: 'a@web' },
            { type: contracts.forecast.name, key: 'p' },
          ],
          acks: [
            { source: 'erp', ackId: '1' },
            { source: 'other', ackId: '1' },
          ],
        }),
      );
      expect(known.queued).toEqual(new Set(['p-2', 'a-f-4']));
      expect([...known.lastSeq.values()]).toEqual([2n, 4n, 9n]);
      expect([...known.acks.values()]).toEqual(changes.acks.map(({ hash }) => hash));
      const empty = await store.batch((batch) => batch.load(nothing));
      expect([empty.queued.size, empty.lastSeq.size, empty.acks.size]).toEqual([0, 0, 0]);
    });

    it('does not take twice what another transaction was first with', async () => {
      const store = await open();
      const delivery = changesOf((book) => book.deliver(forecast('a', 1)));
      await store.batch((batch) => batch.save(delivery));
      await expect(store.batch((batch) => batch.save(delivery))).rejects.toBeInstanceOf(Error);
      const ack = changesOf((book) => book.acknowledge(answer('1', 'x')));
      await store.batch((batch) => batch.save(ack));
      await expect(store.batch((batch) => batch.save(ack))).rejects.toBeInstanceOf(Error);
    });
  });
}
