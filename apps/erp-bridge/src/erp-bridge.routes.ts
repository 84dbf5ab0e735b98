import { contracts, type AnyContract, type Contract } from '@tributary/contracts';
import type { Disposition, HubEvent } from '@tributary/persistence';
import type { BridgeBook } from './bridge-book.ts';

/** How the app folds one contract. */
export interface BridgeRoute {
  readonly contract: AnyContract;
  readonly fold: (book: BridgeBook, event: HubEvent) => Disposition;
}

const on = <T>(contract: Contract<T>, fold: (book: BridgeBook, event: HubEvent<T>) => Disposition): BridgeRoute => ({
  contract: contract as unknown as AnyContract,
  fold: fold as BridgeRoute['fold'],
});

/** What the app reads, and the fold of each: the handler's type follows from the contract. */
export const bridgeRoutes: readonly BridgeRoute[] = [
  on(contracts.segmentChange, (book, event) => book.deliver(event)),
  on(contracts.forecast, (book, event) => book.deliver(event)),
  on(contracts.replenishment, (book, event) => book.deliver(event)),
  on(contracts.acknowledgement, (book, event) => book.acknowledge(event)),
];
