import type { Transaction } from '@tributary/persistence';
import type { ForecastStore } from './forecast-store.ts';
import { loadDocuments } from './load-documents.ts';
import { holdLook, type Look } from './look.store.ts';
import { NotedMemory } from './noted-memory.ts';
import { noteSeries, noteTrading } from './note-changes.ts';
import { addDemand } from './save-demand.ts';
import { saveFacts, saveOrders, saveProducts, saveStock } from './save-documents.ts';

/**
 * Opens the store of the forecast app on PostgreSQL: one statement a table, keys sorted, so that no two batches wait in a ring. Everything
 * is loaded in one round trip; what is written is sent without waiting, the daily sums, which every batch touches, last.
 * @param memory what this process need not note again; nothing by default.
 */
export function openForecastStore(tx: Transaction, memory = new NotedMemory()): ForecastStore {
  let look: Promise<Look> | undefined;
  const noted = memory.begin();
  return {
    load: async (keys) => {
      look = holdLook(tx);
      const [known] = await Promise.all([loadDocuments(tx, keys), look]);
      return known;
    },
    save: async (changes) => {
      const { number, timeline } = await (look ?? holdLook(tx));
      memory.follow(timeline);
      await saveOrders(tx, changes);
      saveFacts(tx, changes);
      saveStock(tx, changes);
      saveProducts(tx, changes);
      const days = noteTrading(tx, memory, changes);
      const series = noteSeries(tx, memory, number, changes);
      addDemand(tx, changes);
      tx.onCommit(() => noted.keep(timeline, number, series, days));
    },
  };
}
