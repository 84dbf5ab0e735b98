/**
 * A sold line that may still be cancelled. Hundreds of thousands of these are kept: plain numbers, and a chain instead of an array for each
 * customer and stock code.
 */
interface OpenLine {
  readonly key: string;
  readonly orderId: string;
  readonly lineId: string;
  /** Scale 6; only compared. */
  readonly unitPrice: number;
  /** Scale 4. */
  remaining: number;
  /** Neighbours among the lines of the same key. */
  older: OpenLine | undefined;
  newer: OpenLine | undefined;
}

/** The line a cancellation cancels. */
export interface CancelledLine {
  readonly orderId: string;
  readonly lineId: string;
}

/**
 * The latest sold lines of known customers with what is left of them, bounded: beyond `capacity` lines the oldest are forgotten. Mutable, for use
 * inside one mapper.
 */
export class OpenLines {
  readonly #latest = new Map<string, OpenLine>();
  #queue: OpenLine[] = [];
  #head = 0;

  constructor(private readonly capacity: number) {}

  /** Notes a sold line. */
  add(customer: string, sku: string, orderId: string, lineId: string, quantity: bigint, unitPrice: bigint): void {
    const older = this.#latest.get(keyOf(customer, sku));
    const line: OpenLine = {
      key: older?.key ?? keyOf(customer, sku),
      orderId,
      lineId,
      unitPrice: Number(unitPrice),
      remaining: Number(quantity),
      older,
      newer: undefined,
    };
    if (older !== undefined) older.newer = line;
    this.#latest.set(line.key, line);
    this.#queue.push(line);
    if (this.#queue.length - this.#head > this.capacity) this.#forgetOldest();
  }

  /**
   * Takes a cancelled quantity off the line it most likely cancels: of the customer's lines of this code with enough left, the latest at the
   * same price; where there is none, and the price may differ, the latest at any price.
   */
  cancel(customer: string, sku: string, quantity: bigint, unitPrice: bigint, anyPrice: boolean): CancelledLine | undefined {
    const [wanted, price] = [Number(quantity), Number(unitPrice)];
    let found: OpenLine | undefined;
    for (let line = this.#latest.get(keyOf(customer, sku)); line !== undefined; line = line.older) {
      if (line.remaining < wanted) continue;
      if (line.unitPrice === price) {
        found = line;
        break;
      }
      if (anyPrice) found ??= line;
    }
    if (found === undefined) return undefined;
    found.remaining -= wanted;
    return { orderId: found.orderId, lineId: found.lineId };
  }

  #forgetOldest(): void {
    const oldest = this.#queue[this.#head];
    this.#head += 1;
    if (this.#head > 10_000) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    if (oldest === undefined) return;
    // The oldest of all is the end of its own chain.
    if (oldest.newer === undefined) this.#latest.delete(oldest.key);
    else oldest.newer.older = undefined;
  }
}

const keyOf = (customer: string, sku: string): string => `${customer}\u0000${sku}`;
