import { addMovement, type MovementDocument } from './add-movement.ts';
import { addOrder, dayOf, type OrderDocument } from './add-order.ts';
import { addReturn } from './add-return.ts';
import { contentOf } from './content-of.ts';
import { DaySums } from './day-sums.ts';
import { documentId, type Changes, type KnownDocuments, type ReturnDocument, type StockDay } from './forecast-store.ts';
import type { Seen } from './judge-document.ts';
import { seriesId } from './series-key.ts';
import { setProduct, type ProductDocument } from './set-product.ts';
import { setStock, type StockDocument } from './set-stock.ts';
import type { Order, Product, Return, StockLevel, StockMovement } from '@tributary/contracts';
import type { Disposition, HubEvent } from '@tributary/persistence';

/** The states of one batch in memory: each event is folded onto what the ones before it left. */
export class ForecastBook {
  private readonly orders: Overlay<OrderDocument>;
  private readonly returns: Overlay<Seen, ReturnDocument>;
  private readonly movements: Overlay<Seen, MovementDocument>;
  private readonly stock: Overlay<StockDocument>;
  private readonly products: Overlay<ProductDocument>;
  private readonly stockDays = new Map<string, StockDay>();
  private readonly demand = new DaySums();
  private readonly returned = new DaySums();

  constructor(known: KnownDocuments) {
    this.orders = new Overlay(known.orders);
    this.returns = new Overlay(known.returns);
    this.movements = new Overlay(known.movements);
    this.stock = new Overlay(known.stock);
    this.products = new Overlay(known.products);
  }

  order(event: HubEvent<Order>): Disposition {
    const { source } = event.envelope;
    const key = documentId({ source, id: event.value.orderId });
    const { disposition, document, changes } = addOrder(this.orders.get(key), event.value, source, contentOf(event));
    this.orders.set(key, document);
    for (const change of changes) this.demand.add(change);
    return disposition;
  }

  goodsBack(event: HubEvent<Return>): Disposition {
    const { source } = event.envelope;
    const { returnId } = event.value;
    const key = documentId({ source, id: returnId });
    const hash = contentOf(event);
    const { disposition, changes } = addReturn(this.returns.get(key), event.value, hash);
    if (disposition.kind === 'applied') this.returns.set(key, { source, returnId, version: 0n, hash });
    for (const change of changes) this.returned.add(change);
    return disposition;
  }

  stockLevel(event: HubEvent<StockLevel>): Disposition {
    const { source } = event.envelope;
    const key = documentId({ source, id: seriesId(event.value) });
    const { disposition, document } = setStock(this.stock.get(key), event.value, source, contentOf(event));
    this.stock.set(key, document);
    if (document !== undefined) this.noteStockDay(document);
    return disposition;
  }

  movement(event: HubEvent<StockMovement>): Disposition {
    const { source } = event.envelope;
    const key = documentId({ source, id: event.value.movementId });
    const { disposition, document } = addMovement(this.movements.get(key), event.value, source, contentOf(event));
    this.movements.set(key, document);
    return disposition;
  }

  product(event: HubEvent<Product>): Disposition {
    const { source } = event.envelope;
    const key = documentId({ source, id: event.value.sku });
    const { disposition, document } = setProduct(this.products.get(key), event.value, source, contentOf(event));
    this.products.set(key, document);
    return disposition;
  }

  /** What is to be written. */
  changes(): Changes {
    return {
      orders: this.orders.written().map(([key, document]) => ({ document, replaces: this.orders.before(key)?.version ?? null })),
      returns: this.returns.written().map(([, document]) => document),
      movements: this.movements.written().map(([, document]) => document),
      stock: this.stock.written().map(([, document]) => document),
      stockDays: [...this.stockDays.values()],
      products: this.products.written().map(([, document]) => document),
      demand: this.demand.changed(),
      returned: this.returned.changed(),
    };
  }

  private noteStockDay({ sku, location, asOf, onHand }: StockDocument): void {
    const day = dayOf(asOf);
    const id = `${seriesId({ sku, location })}\u001f${day}`;
    const before = this.stockDays.get(id);
    if (before === undefined || asOf >= before.asOf) this.stockDays.set(id, { sku, location, day, asOf, onHand });
  }
}

/** Known states with the batch's own writes on top. */
class Overlay<State, Written extends State = State & object> {
  private readonly own = new Map<string, Written>();

  constructor(private readonly known: ReadonlyMap<string, State>) {}

  get(key: string): State | undefined {
    return this.own.get(key) ?? this.known.get(key);
  }

  set(key: string, state: Written | undefined): void {
    if (state !== undefined) this.own.set(key, state);
  }

  /** The state before the batch. */
  before(key: string): State | undefined {
    return this.known.get(key);
  }

  written(): [string, Written][] {
    return [...this.own];
  }
}
