import type { Customer, Order, Product, Return, StockMovement } from '@tributary/contracts';

/** Money and rows that an event carries: what the import summary adds up. Scale 10 where exact, 4 where rounded; returns are negative. */
export interface Carried {
  readonly rows: number;
  readonly exact: bigint;
  readonly amount: bigint;
}

/** An event made of rows, or of what rows told about customers and products (then it carries no row). */
export type MappedEvent = (
  | { readonly contract: 'commerce.order'; readonly value: Order }
  | { readonly contract: 'commerce.return'; readonly value: Return }
  | { readonly contract: 'erp.stock-movement'; readonly value: StockMovement }
  | { readonly contract: 'crm.customer'; readonly value: Customer }
  | { readonly contract: 'erp.product'; readonly value: Product }
) & {
  /** Deterministic: the document and, for a snapshot, its version. */
  readonly id: string;
  /** Event time, microseconds UTC. */
  readonly at: number;
  readonly carried: Carried;
  /** Row numbers, for the person who looks for a refused event in the file. */
  readonly rowNumbers: readonly number[];
};

/** Carries nothing. */
export const nothing: Carried = { rows: 0, exact: 0n, amount: 0n };
