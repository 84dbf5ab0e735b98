import { contracts, routeTable, topology, type Acknowledgement } from '@tributary/contracts';
import type { HubEvent, Stage, Transaction } from '@tributary/persistence';
import { BridgeBook } from './bridge-book.ts';
import { ackKeyId, topicKeyId, type BridgeStore, type TouchedKeys } from './bridge-store.ts';
import { keyOf } from './enqueue-delivery.ts';
import { bridgeRoutes, type BridgeRoute } from './erp-bridge.routes.ts';
import { openBridgeStore } from './pg-bridge.store.ts';

/** What may be replaced in a test. */
export interface ErpBridgeStageOptions {
  readonly openStore?: (tx: Transaction) => BridgeStore;
  readonly routes?: readonly BridgeRoute[];
}

/**
 * The stage of the erp-bridge: what the hub learned becomes deliveries, the ERP's answers are kept. It publishes nothing. Throws `TypeError`
 * on a missing or double route.
 */
export function createErpBridgeStage(options: ErpBridgeStageOptions = {}): Stage {
  const { reads } = topology['erp-bridge'];
  const routes = routeTable('erp-bridge', reads, options.routes ?? bridgeRoutes);
  const openStore = options.openStore ?? openBridgeStore;
  return {
    group: 'erp-bridge',
    reads,
    permanentKeys: true,
    open: async (tx, events) => {
      const store = openStore(tx);
      const book = new BridgeBook(await store.load(touchedBy(events)));
      return {
        apply(event) {
          const route = routes.get(event.contract.name);
          if (route === undefined) throw new TypeError(`erp-bridge does not read ${event.contract.name}`);
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

function touchedBy(events: readonly HubEvent[]): TouchedKeys {
  const isAck = (event: HubEvent): boolean => event.contract.name === contracts.acknowledgement.name;
  const toDeliver = events.filter((event) => !isAck(event));
  const keys = toDeliver.map((event) => ({ type: event.contract.name, key: keyOf(event) }));
  const acks = events.filter(isAck).map((event) => ({ source: event.envelope.source, ackId: (event.value as Acknowledgement).ackId }));
  return {
    eventIds: [...new Set(toDeliver.map(({ envelope }) => envelope.id))],
    keys: [...new Map(keys.map((key) => [topicKeyId(key), key])).values()],
    acks: [...new Map(acks.map((key) => [ackKeyId(key), key])).values()],
  };
}
