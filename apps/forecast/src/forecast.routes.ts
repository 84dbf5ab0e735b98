import { contracts, type AnyContract, type Contract } from '@tributary/contracts';
import type { Disposition, HubEvent } from '@tributary/persistence';
import type { ForecastBook } from './forecast-book.ts';

/** How the app folds one contract. */
export interface ForecastRoute {
  readonly contract: AnyContract;
  readonly fold: (book: ForecastBook, event: HubEvent) => Disposition;
}

const on = <T>(contract: Contract<T>, fold: (book: ForecastBook, event: HubEvent<T>) => Disposition): ForecastRoute => ({
  contract: contract as unknown as AnyContract,
  fold: fold as ForecastRoute['fold'],
});

/** What the app reads, and the fold of each: the handler's type follows from the contract. */
export const forecastRoutes: readonly ForecastRoute[] = [
  on(contracts.order, (book, event) => book.order(event)),
  on(contracts.return, (book, event) => book.goodsBack(event)),
  on(contracts.stockLevel, (book, event) => book.stockLevel(event)),
  on(contracts.stockMovement, (book, event) => book.movement(event)),
  on(contracts.product, (book, event) => book.product(event)),
];
