import { createRandom } from '@tributary/numerics';
import type { Delivery, Fact } from './fact.ts';
import { Network } from './network.ts';
import { truthOf, type Truth } from './truth.ts';
import { World } from './world.ts';

/** Size and place in time of a simulated seller. */
export interface SellerOptions {
  /** Whole number; the same options give the same seller for ever. */
  readonly seed: number;
  /** Customers known at the beginning (each in one to three systems). Default 400. */
  readonly customers?: number;
  /** Length of the history, days. Default 200. */
  readonly days?: number;
  /** The day after the history, days since 1970-01-01. No default: the simulator has no clock. */
  readonly anchorDay: number;
  /** Articles. Default 60. */
  readonly skus?: number;
  /** Multiplies how often everybody buys. Default 1. */
  readonly scale?: number;
}

/** One more day of a live seller. */
export interface LiveDay {
  /** Days since 1970-01-01. */
  readonly day: number;
  readonly deliveries: readonly Delivery[];
}

/** A simulated seller with its history, its future and the truth about it. */
export interface Seller {
  /** The whole history in the order of arrival, late ones and repetitions included. */
  readonly deliveries: readonly Delivery[];
  /** What the hub must have found out when the history was delivered completely. */
  readonly truth: Truth;
  /** Deliveries in the history that repeat an earlier one: same source, id and content. */
  readonly duplicates: number;
  /** The history's facts of the ERP (products, stock, invoices), each once: what its pull interface serves. */
  readonly erpBook: readonly Delivery[];
  /**
   * Goes on after the history, one day at each step, without end. Its days run ahead of the clock when the caller does: the hub refuses times
   * later than tomorrow, so anchor the history far enough in the past or wait for the day. To be called once: the days are lived, not replayed.
   */
  live(): Generator<LiveDay, never, void>;
  /** The truth about the history and the live days so far; holds for the hub once `flush()` was delivered too. */
  truthNow(): Truth;
  /** What live days have sent and the network still holds back. */
  flush(): readonly Delivery[];
}

/** Makes the simulated seller. Pure: no clock, no I/O. Throws `RangeError` naming the option that is out of range. */
export function createSeller(options: SellerOptions): Seller {
  const days = options.days ?? 200;
  const customers = options.customers ?? 400;
  const skus = options.skus ?? 60;
  const scale = options.scale ?? 1;
  for (const [name, value, low] of [
    ['seed', options.seed, Number.MIN_SAFE_INTEGER],
    ['days', days, 1],
    ['customers', customers, 1],
    ['skus', skus, 6],
    ['anchorDay', options.anchorDay, 11_000],
  ] as const)
    if (!Number.isSafeInteger(value) || value < low) throw new RangeError(`${name} is ${value}: must be a whole number from ${low}`);
  if (!(scale > 0 && scale <= 100)) throw new RangeError(`scale is ${scale}: must be above 0 and at most 100`);

  const world = new World({ seed: options.seed, customers, skus, scale, firstDay: options.anchorDay - days });
  const network = new Network(createRandom(options.seed + 4));
  const facts: Fact[] = [];
  const live = (): { day: number } => {
    const today = world.nextDay();
    for (const fact of today.facts) facts.push(fact);
    network.send(today.facts);
    return today;
  };
  for (let day = 0; day < days; day += 1) live();
  const deliveries = network.drain();
  return {
    deliveries,
    truth: truthOf(facts),
    duplicates: deliveries.length - facts.length,
    erpBook: erpBookOf(deliveries),
    *live() {
      for (;;) {
        const { day } = live();
        yield { day, deliveries: network.arrivalsOf(day) };
      }
    },
    truthNow: () => truthOf(facts),
    flush: () => network.drain(),
  };
}

function erpBookOf(deliveries: readonly Delivery[]): Delivery[] {
  const book = new Map<string, Delivery>();
  for (const delivery of deliveries) if (delivery.source === 'erp' && !book.has(delivery.id)) book.set(delivery.id, delivery);
  return [...book.values()];
}
