import { contracts, toHeaders, type Order, type OrderLine } from '@tributary/contracts';
import kafkajs from 'kafkajs';

/** How keys are spread over customers: all alike, or the n-th as often as 1/n. */
export type KeySpread = 'uniform' | 'zipf';

/** What is generated. Equal options give equal events on every machine. */
export interface WorkloadOptions {
  readonly events: number;
  readonly customers: number;
  readonly keys: KeySpread;
  readonly partitions: number;
  readonly seed: number;
}

/** One record as it goes to the topic. */
export interface WorkloadRecord {
  readonly partition: number;
  readonly key: Buffer;
  readonly value: Buffer;
  readonly headers: Record<string, string>;
}

/** Orders of one shop. The `index`-th is a function of the options and the index alone. */
export interface Workload {
  readonly options: WorkloadOptions;
  customerOf(index: number): number;
  partitionOf(customer: number): number;
  /** Total in the unit of the contract: an integer of scale 4. */
  totalOf(index: number): number;
  /** @param placedAt microseconds; by default a minute of event time after the order before. */
  orderOf(index: number, placedAt?: number): Order;
  recordOf(index: number, placedAt?: number): WorkloadRecord;
}

/** ce_source of every event, and the first part of every key. */
export const SOURCE = 'shop-eu';
/** The topic that every contestant reads. */
export const TOPIC = contracts.order.topic;
const FIRST_ORDER = Date.UTC(2025, 0, 1) * 1000;
const BETWEEN_ORDERS = 10_000_000;
const SKUS = 2_000;

/** The customer's id at the source. */
export const customerId = (customer: number | ''): string => `c-${customer}`;

/** Makes the workload of the options; the spread and the partition of each customer are worked out once. */
export function createWorkload(options: WorkloadOptions): Workload {
  const spread = options.keys === 'zipf' ? zipfBounds(options.customers) : undefined;
  const partitionOf = partitions(options);
  const customerOf = (index: number): number => {
    const random = randomOf(options.seed, index, 0);
    return spread === undefined ? Math.floor(random * options.customers) : firstAbove(spread, random);
  };
  const linesOf = (index: number): OrderLine[] => {
    const count = 1 + Math.floor(randomOf(options.seed, index, 1) * 4);
    return Array.from({ length: count }, (_, line) => lineOf(options.seed, index, line));
  };
  const shippingOf = (index: number): bigint => (randomOf(options.seed, index, 2) < 0.4 ? 49_500n : 0n);
  const sum = (lines: readonly OrderLine[], shipping: bigint): bigint => lines.reduce((total, line) => total + line.amount, shipping);
  const orderOf = (index: number, placedAt = FIRST_ORDER + index * BETWEEN_ORDERS): Order => {
    const customer = customerOf(index);
    const lines = linesOf(index);
    const shipping = shippingOf(index);
    return {
      orderId: `o-${options.seed}-${index}`,
      version: 1n,
      status: 'PLACED',
      channel: 'WEB',
      placedAt,
      placedAtOffsetMinutes: 60,
      updatedAt: placedAt,
      customer: {
        id: customerId(customer),
        email: `customer.${customer}@example.org`,
        phone: `+4930${String(1_000_000 + customer)}`,
        loyaltyId: null,
        name: `Customer Number ${customer}`,
      },
      currency: 'EUR',
      presentmentCurrency: null,
      presentmentTotal: null,
      lines,
      tax: 0n,
      shipping,
      discount: 0n,
      total: sum(lines, shipping),
      promotionCodes: [],
      country: 'DE',
    };
  };
  return {
    options,
    customerOf,
    partitionOf,
    totalOf: (index) => Number(sum(linesOf(index), shippingOf(index))),
    orderOf,
    recordOf(index, placedAt) {
      const order = orderOf(index, placedAt);
      const time = new Date(order.placedAt / 1000).toISOString();
      return {
        partition: partitionOf(customerOf(index)),
        key: Buffer.from(contracts.order.key(order, SOURCE)),
        value: contracts.order.encode(order),
        headers: toHeaders({ id: `e-${options.seed}-${index}`, source: SOURCE, type: contracts.order.name, time }),
      };
    },
  };
}

function lineOf(seed: number, index: number, line: number): OrderLine {
  const random = (use: number): number => randomOf(seed, index, 10 + line * 4 + use);
  const cents = 199 + Math.floor(random(0) * 20_000);
  const quantity = 1 + Math.floor(random(1) * 3);
  const discount = random(2) < 0.15 ? Math.floor((cents * quantity) / 10) : 0;
  const sku = Math.floor(random(3) * SKUS);
  return {
    lineId: String(line + 1),
    kind: 'MERCHANDISE',
    sku: `SKU-${String(sku).padStart(5, '0')}`,
    description: `Article ${sku} in a colour of usual length`,
    quantity: BigInt(quantity) * 10_000n,
    unitPrice: BigInt(cents) * 10_000n,
    discount: BigInt(discount) * 100n,
    amount: BigInt(cents * quantity - discount) * 100n,
    location: null,
  };
}

/** The partitioner that is compatible with Java's, asked once a customer. */
function partitions({ customers, partitions: count }: WorkloadOptions): (customer: number) => number {
  const partition = kafkajs.Partitioners.DefaultPartitioner();
  const metadata = Array.from({ length: count }, (_, id) => ({ partitionId: id, leader: 1 }));
  const known = Int16Array.from({ length: customers }, (_, customer) =>
    partition({ topic: TOPIC, partitionMetadata: metadata as never, message: { key: `${SOURCE}/c/${customerId(customer)}`, value: null } }),
  );
  return (customer) => known[customer] ?? 0;
}

/** Upper bounds of the shares of customers whose frequency is 1/rank. */
function zipfBounds(customers: number): Float64Array {
  const bounds = new Float64Array(customers);
  let sum = 0;
  for (let rank = 1; rank <= customers; rank += 1) bounds[rank - 1] = sum += 1 / rank;
  return bounds.map((bound) => bound / sum);
}

function firstAbove(bounds: Float64Array, value: number): number {
  let low = 0;
  let high = bounds.length - 1;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((bounds[middle] ?? 1) > value) high = middle;
    else low = middle + 1;
  }
  return low;
}

/** Uniform on [0, 1): a mix of seed, index and use (splitmix32 twice), so that any event can be made without those before it. */
function randomOf(seed: number, index: number, use: number): number {
  return mix(mix(mix(seed) ^ index) ^ Math.imul(use + 1, 0x9e3779b9)) / 2 ** 32;
}

function mix(value: number): number {
  let z = (value + 0x9e3779b9) | 0;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return (z ^ (z >>> 15)) >>> 0;
}
