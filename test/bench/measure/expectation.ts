import { customerId, type Workload } from '../workload/workload.ts';

/** Orders and money by customer; money is an integer of scale 4. */
export type Totals = ReadonlyMap<string, { readonly orders: number; readonly gross: bigint }>;

/** What was found wrong, and how much. */
export interface Verdict {
  readonly events: number;
  readonly lost: number;
  readonly doubled: number;
  /** Customers whose number of orders is right and whose money is not. */
  readonly wrongMoney: number;
}

/** The truth: which order lies where, who it belongs to and what it is worth, from the generator alone. */
export class Expectation {
  private readonly customers: Int32Array;
  private readonly totals: Float64Array;

  constructor(private readonly workload: Workload) {
    const { events } = workload.options;
    this.customers = Int32Array.from({ length: events }, (_, index) => workload.customerOf(index));
    this.totals = Float64Array.from({ length: events }, (_, index) => workload.totalOf(index));
  }

  /** The partition of a customer by the id at the source. */
  partitionOf(id: string): number {
    return this.workload.partitionOf(Number(id.slice(customerId('').length)));
  }

  /** Totals after the first `counts` records of each partition. */
  totalsAfter(counts: ReadonlyMap<number, number>): Totals {
    const left = new Map(counts);
    const found = new Map<string, { orders: number; gross: bigint }>();
    this.customers.forEach((customer, index) => {
      const partition = this.workload.partitionOf(customer);
      const more = left.get(partition) ?? 0;
      if (more === 0) return;
      left.set(partition, more - 1);
      const id = customerId(customer);
      const sum = found.get(id) ?? { orders: 0, gross: 0n };
      sum.orders += 1;
      sum.gross += BigInt(this.totals[index] ?? 0);
      found.set(id, sum);
    });
    return found;
  }
}

/** Compares what a contestant has with what it must have. */
export function compareTotals(expected: Totals, found: Totals): Verdict {
  const none = { orders: 0, gross: 0n };
  let events = 0;
  let lost = 0;
  let doubled = 0;
  let wrongMoney = 0;
  for (const id of new Set([...expected.keys(), ...found.keys()])) {
    const should = expected.get(id) ?? none;
    const is = found.get(id) ?? none;
    events += is.orders;
    if (is.orders < should.orders) lost += should.orders - is.orders;
    else if (is.orders > should.orders) doubled += is.orders - should.orders;
    else if (is.gross !== should.gross) wrongMoney += 1;
  }
  return { events, lost, doubled, wrongMoney };
}

/** Whether a verdict is clean. */
export const isClean = ({ lost, doubled, wrongMoney }: Verdict): boolean => lost + doubled + wrongMoney === 0;
