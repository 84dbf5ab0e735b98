import type { DayUnits, OrderDocument } from './add-order.ts';
import type { MovementDocument } from './add-movement.ts';
import type { Seen } from './judge-document.ts';
import type { SeriesKey } from './series-key.ts';
import type { ProductDocument } from './set-product.ts';
import type { StockDocument } from './set-stock.ts';

/** A document at its source. */
export interface DocumentKey {
  readonly source: string;
  readonly id: string;
}

/** Key for maps in memory. */
export const documentId = ({ source, id }: DocumentKey): string => `${source}\u001f${id}`;

/** The documents that a batch touches. */
export interface TouchedKeys {
  readonly orders: readonly DocumentKey[];
  readonly returns: readonly DocumentKey[];
  readonly movements: readonly DocumentKey[];
  /** Id: {@link seriesId}. */
  readonly stock: readonly DocumentKey[];
  /** Id: sku. */
  readonly products: readonly DocumentKey[];
}

/** What is known of them, by {@link documentId}. */
export interface KnownDocuments {
  readonly orders: ReadonlyMap<string, OrderDocument>;
  readonly returns: ReadonlyMap<string, Seen>;
  readonly movements: ReadonlyMap<string, Seen>;
  readonly stock: ReadonlyMap<string, StockDocument>;
  readonly products: ReadonlyMap<string, ProductDocument>;
}

/** A return as it is kept. */
export interface ReturnDocument extends Seen {
  readonly source: string;
  readonly returnId: string;
}

/** An order to keep, and the version it takes the place of; `null` where none is known. */
interface OrderWrite {
  readonly document: OrderDocument;
  readonly replaces: bigint | null;
}

/** The last level told of a day. */
export interface StockDay extends SeriesKey {
  readonly day: number;
  readonly asOf: number;
  readonly onHand: bigint;
}

/** What a batch changes. At most one entry a key in each list. */
export interface Changes {
  readonly orders: readonly OrderWrite[];
  readonly returns: readonly ReturnDocument[];
  readonly movements: readonly MovementDocument[];
  readonly stock: readonly StockDocument[];
  readonly stockDays: readonly StockDay[];
  readonly products: readonly ProductDocument[];
  /** Differences to add to the daily sums. */
  readonly demand: readonly DayUnits[];
  readonly returned: readonly DayUnits[];
}

/** Keeps the documents and sums of the forecast app. A store is opened in a transaction and lives no longer. */
export interface ForecastStore {
  /** Known states, locked until the transaction ends. */
  load(keys: TouchedKeys): Promise<KnownDocuments>;
  /**
   * Writes everything, one statement a table. A series whose demand changed, and every known series of changed stock or a changed product,
   * is noted as changed since the last look. When another transaction was first with a document, this throws `ContentionError` or
   * PostgreSQL's unique violation, or the end of the transaction does: nothing may be added twice, and a second try sees it.
   */
  save(changes: Changes): Promise<void>;
}
