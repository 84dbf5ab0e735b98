import type { Transaction } from '@tributary/persistence';
import type { ForecastStore } from './forecast-store.ts';
import { loadDocuments } from './load-documents.ts';
import { countChanges, saveDemand } from './save-demand.ts';
import { saveFacts, saveOrders, saveProducts, saveStock } from './save-documents.ts';

/** Opens the store of the forecast app on PostgreSQL: one statement a table, keys sorted, so that no two batches wait in a ring. */
export function openForecastStore(tx: Transaction): ForecastStore {
  return {
    load: (keys) => loadDocuments(tx, keys),
    save: async (changes) => {
      await saveOrders(tx, changes);
      await saveFacts(tx, changes);
      await saveStock(tx, changes);
      await saveProducts(tx, changes);
      await saveDemand(tx, changes);
      await countChanges(tx, changes);
    },
  };
}
