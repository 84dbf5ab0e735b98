import { makeFact, type Fact } from './fact.ts';
import { STORE_LOCATION, WEB_LOCATION, type Article } from './products.ts';
import { DAY, moment } from './sim-time.ts';
import type { Random } from '@tributary/numerics';

interface Shelf {
  readonly article: Article;
  readonly location: string;
  onHand: bigint;
  onOrder: bigint;
  soldThisWeek: bigint;
}

/** The ERP's stock: it counts every sale, reorders by the week's demand, receives, writes off and publishes levels. */
export class StockBook {
  readonly #shelves = new Map<string, Shelf>();
  #movements = 0;

  constructor(
    private readonly random: Random,
    articles: readonly Article[],
  ) {
    for (const article of articles)
      for (const location of article.inStore ? [WEB_LOCATION, STORE_LOCATION] : [WEB_LOCATION])
        this.#shelves.set(`${article.sku}@${location}`, {
          article,
          location,
          onHand: BigInt(40 + random.integer(160)) * 10_000n,
          onOrder: 0n,
          soldThisWeek: 0n,
        });
  }

  /** A sale takes goods off the shelf; the count may fall below zero, as in ERPs that sell before they book. */
  sell(sku: string, location: string | null, quantity: bigint): void {
    const shelf = this.#shelves.get(`${sku}@${location ?? WEB_LOCATION}`);
    if (shelf === undefined) return;
    shelf.onHand -= quantity;
    shelf.soldThisWeek += quantity;
  }

  /** Facts of one day: each shelf is reviewed once a week, on a day of its own, and publishes its level. */
  closeDay(day: number, dayIndex: number): Fact[] {
    const facts: Fact[] = [];
    let position = 0;
    for (const shelf of this.#shelves.values()) {
      position += 1;
      if ((dayIndex + position) % 7 !== 0 && dayIndex !== 0) continue;
      facts.push(...this.#review(shelf, day, position));
    }
    return facts;
  }

  #review(shelf: Shelf, day: number, position: number): Fact[] {
    const { article } = shelf;
    const facts: Fact[] = [];
    const at = moment(day, 79_200 + position);
    if (this.random.next() < 0.02 && shelf.onHand > 20_000n) {
      shelf.onHand -= 10_000n;
      facts.push(this.#movement(shelf, 'WRITE_OFF', -10_000n, at, 'damaged'));
    }
    const target = shelf.soldThisWeek * BigInt(2 + Math.ceil(article.leadTimeDays / 7)) + 100_000n;
    if (shelf.onHand + shelf.onOrder < target) {
      const pack = BigInt(article.packSize) * 10_000n;
      const quantity = ((target - shelf.onHand - shelf.onOrder + pack - 1n) / pack) * pack;
      shelf.onOrder += quantity;
      const receivedAt = at + article.leadTimeDays * DAY;
      facts.push(this.#movement(shelf, 'RECEIPT', quantity, receivedAt, null));
      this.#receipts.push({ shelf, quantity, day: day + article.leadTimeDays });
    }
    facts.push(
      makeFact('stockLevel', 'erp', null, at + 30_000_000, {
        sku: article.sku,
        location: shelf.location,
        version: BigInt(day),
        asOf: at + 30_000_000,
        onHand: shelf.onHand,
        reserved: 0n,
        onOrder: shelf.onOrder,
        leadTimeDays: article.leadTimeDays,
      }),
    );
    shelf.soldThisWeek = 0n;
    return facts;
  }

  readonly #receipts: { shelf: Shelf; quantity: bigint; day: number }[] = [];

  /** Books what suppliers deliver on this day. */
  openDay(day: number): void {
    for (let index = this.#receipts.length - 1; index >= 0; index -= 1) {
      const receipt = this.#receipts[index];
      if (receipt === undefined || receipt.day > day) continue;
      receipt.shelf.onHand += receipt.quantity;
      receipt.shelf.onOrder -= receipt.quantity;
      this.#receipts.splice(index, 1);
    }
  }

  #movement(shelf: Shelf, kind: 'RECEIPT' | 'WRITE_OFF', quantity: bigint, at: number, description: string | null): Fact {
    this.#movements += 1;
    return makeFact('stockMovement', 'erp', null, at, {
      movementId: `M-${this.#movements}`,
      sku: shelf.article.sku,
      location: shelf.location,
      kind,
      quantity,
      occurredAt: at,
      reference: null,
      description,
    });
  }
}
