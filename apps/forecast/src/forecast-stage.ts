import {
  contracts,
  routeTable,
  topology,
  type Order,
  type Product,
  type Return,
  type StockLevel,
  type StockMovement,
} from '@tributary/contracts';
import type { HubEvent, Stage, Transaction } from '@tributary/persistence';
import { ForecastBook } from './forecast-book.ts';
import { forecastRoutes, type ForecastRoute } from './forecast.routes.ts';
import { documentId, type DocumentKey, type ForecastStore, type TouchedKeys } from './forecast-store.ts';
import { NotedMemory } from './noted-memory.ts';
import { openForecastStore } from './pg-forecast.store.ts';
import { seriesId } from './series-key.ts';

/** What may be replaced in a test. */
export interface ForecastStageOptions {
  readonly openStore?: (tx: Transaction) => ForecastStore;
  readonly routes?: readonly ForecastRoute[];
}

/**
 * The stage of the forecast app: order lines, returns, stock and products into daily sums by sku and location. It publishes nothing; the
 * scheduled forecast does. Throws `TypeError` on a missing or double route.
 */
export function createForecastStage(options: ForecastStageOptions = {}): Stage {
  const { reads } = topology.forecast;
  const routes = routeTable('forecast', reads, options.routes ?? forecastRoutes);
  const memory = new NotedMemory();
  const openStore = options.openStore ?? ((tx: Transaction) => openForecastStore(tx, memory));
  return {
    group: 'forecast',
    reads,
    permanentKeys: true,
    open: async (tx, events, epoch) => {
      memory.enter(epoch);
      const store = openStore(tx);
      const book = new ForecastBook(await store.load(touchedBy(events)));
      return {
        apply(event) {
          const route = routes.get(event.contract.name);
          if (route === undefined) throw new TypeError(`forecast does not read ${event.contract.name}`);
          return route.fold(book, event);
        },
        close: async () => {
          await store.save(book.changes());
          return [];
        },
      };
    },
  };
}

/** The documents that events are about, each once, in the order in which they are locked. */
function touchedBy(events: readonly HubEvent[]): TouchedKeys {
  const of = <T>(name: string, idOf: (value: T) => string): DocumentKey[] => {
    const keys = new Map<string, DocumentKey>();
    for (const event of events) {
      if (event.contract.name !== name) continue;
      const key = { source: event.envelope.source, id: idOf(event.value as T) };
      keys.set(documentId(key), key);
    }
    return [...keys].sort(([left], [right]) => (left < right ? -1 : 1)).map(([, key]) => key);
  };
  return {
    orders: of<Order>(contracts.order.name, (order) => order.orderId),
    returns: of<Return>(contracts.return.name, (value) => value.returnId),
    movements: of<StockMovement>(contracts.stockMovement.name, (movement) => movement.movementId),
    stock: of<StockLevel>(contracts.stockLevel.name, seriesId),
    products: of<Product>(contracts.product.name, (product) => product.sku),
  };
}
