/** A sold line that may still be cancelled. */
interface OpenLine {
  readonly key: string;
  readonly orderId: string;
  readonly lineId: string;
  readonly unitPrice: bigint;
  remaining: bigint;
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
  readonly #byKey = new Map<string, OpenLine[]>();
  #queue: OpenLine[] = [];
  #head = 0;

  constructor(private readonly capacity: number) {}

  /** Notes a sold line. */
  add(customer: string, sku: string, orderId: string, lineId: string, quantity: bigint, unitPrice: bigint): void {
    const line = { key: keyOf(customer, sku), orderId, lineId, unitPrice, remaining: quantity };
    const lines = this.#byKey.get(line.key);
    if (lines === undefined) this.#byKey.set(line.key, [line]);
    else lines.push(line);
    this.#queue.push(line);
    if (this.#queue.length - this.#head > this.capacity) this.#forgetOldest();
  }

  /**
   * Takes a cancelled quantity off the line it most likely cancels: of the customer's lines of this code with enough left, the latest at the
   * same price; where there is none, and the price may differ, the latest at any price.
   */
  cancel(customer: string, sku: string, quantity: bigint, unitPrice: bigint, anyPrice: boolean): CancelledLine | undefined {
    const lines = this.#byKey.get(keyOf(customer, sku)) ?? [];
    const line =
      lines.findLast((each) => each.unitPrice === unitPrice && each.remaining >= quantity) ??
      (anyPrice ? lines.findLast((each) => each.remaining >= quantity) : undefined);
    if (line === undefined) return undefined;
    line.remaining -= quantity;
    return { orderId: line.orderId, lineId: line.lineId };
  }

  #forgetOldest(): void {
    const oldest = this.#queue[this.#head];
    this.#head += 1;
    if (this.#head > 10_000) {
      this.#queue = this.#queue.slice(this.#head);
      this.#head = 0;
    }
    if (oldest === undefined) return;
    const lines = this.#byKey.get(oldest.key);
    // Lines of a key are in the order of the queue, so the oldest of all is the first of its own.
    lines?.shift();
    if (lines?.length === 0) this.#byKey.delete(oldest.key);
  }
}

const keyOf = (customer: string, sku: string): string => `${customer}\u0000${sku}`;
