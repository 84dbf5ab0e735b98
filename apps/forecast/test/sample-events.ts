import {
  contracts,
  parseMicros,
  type AnyContract,
  type Contract,
  type Order,
  type OrderLine,
  type Product,
  type Return,
  type StockLevel,
  type StockMovement,
} from '@tributary/contracts';
import { contentHash, type HubEvent, type RawRecord } from '@tributary/persistence';

let offset = 0n;

/** An event as the transport hands it to a stage: encoded, with its envelope. */
export function eventOf<T>(contract: Contract<T>, value: T, source = 'shop'): HubEvent<T> {
  offset += 1n;
  const bytes = contract.encode(value);
  const record: RawRecord = { topic: contract.topic, partition: 0, offset, key: null, value: bytes, headers: {}, timestamp: 0 };
  return {
    record,
    envelope: { id: `event-${offset}`, source, type: contract.name, time: '2026-01-01T00:00:00Z' },
    contract: contract as unknown as AnyContract,
    value,
    hash: contentHash(bytes),
  };
}

/** Microseconds of an ISO time. */
export const at = (time: string): number => parseMicros(time) ?? Number.NaN;

/** Unscaled quantity. */
export const units = (count: number): bigint => BigInt(Math.round(count * 10_000));

/** A merchandise line. */
export const line = (sku: string, count: number, extra: Partial<OrderLine> = {}): OrderLine => ({
  lineId: sku,
  kind: 'MERCHANDISE',
  sku,
  description: null,
  quantity: units(count),
  unitPrice: 0n,
  discount: 0n,
  amount: 0n,
  location: 'web',
  ...extra,
});

const noCustomer = { id: null, email: null, phone: null, loyaltyId: null, name: null };

/** An order of some lines; prices do not matter here. */
export const order = (
  orderId: string,
  version: number,
  placed: string,
  lines: readonly OrderLine[],
  extra: Partial<Order> = {},
): HubEvent<Order> =>
  eventOf(contracts.order, {
    orderId,
    version: BigInt(version),
    status: 'PLACED',
    channel: 'WEB',
    placedAt: at(placed),
    placedAtOffsetMinutes: null,
    updatedAt: at(placed),
    customer: noCustomer,
    currency: 'EUR',
    presentmentCurrency: null,
    presentmentTotal: null,
    lines,
    tax: 0n,
    shipping: 0n,
    discount: 0n,
    total: 0n,
    promotionCodes: [],
    country: null,
    ...extra,
  });

/** A return of some pieces. */
export const goodsBack = (returnId: string, when: string, sku: string, count: number): HubEvent<Return> =>
  eventOf(contracts.return, {
    returnId,
    orderId: null,
    customer: noCustomer,
    occurredAt: at(when),
    currency: 'EUR',
    lines: [
      {
        lineId: '1',
        kind: 'MERCHANDISE',
        sku,
        description: null,
        quantity: units(count),
        unitPrice: 0n,
        amount: 0n,
        orderId: null,
        orderLineId: null,
        location: 'web',
      },
    ],
    total: 0n,
    reason: null,
  });

/** A stock level at `web`. */
export const stock = (sku: string, version: number, when: string, onHand: number, extra: Partial<StockLevel> = {}): HubEvent<StockLevel> =>
  eventOf(
    contracts.stockLevel,
    {
      sku,
      location: 'web',
      version: BigInt(version),
      asOf: at(when),
      onHand: units(onHand),
      reserved: 0n,
      onOrder: 0n,
      leadTimeDays: null,
      ...extra,
    },
    'erp',
  );

/** A movement at `web`. */
export const movement = (movementId: string, sku: string, when: string, count: number): HubEvent<StockMovement> =>
  eventOf(
    contracts.stockMovement,
    {
      movementId,
      sku,
      location: 'web',
      kind: 'ADJUSTMENT',
      quantity: units(count),
      occurredAt: at(when),
      reference: null,
      description: null,
    },
    'erp',
  );

/** A product. */
export const product = (sku: string, version: number, extra: Partial<Product> = {}): HubEvent<Product> =>
  eventOf(
    contracts.product,
    {
      sku,
      version: BigInt(version),
      name: null,
      category: null,
      active: true,
      updatedAt: at('2026-01-01T00:00:00Z'),
      currency: null,
      price: null,
      unitCost: null,
      leadTimeDays: null,
      minimumOrder: null,
      packSize: null,
      ...extra,
    },
    'erp',
  );
