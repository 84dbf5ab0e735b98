/** What recommendations need to know of all baskets so far. Plain data: `snapshot` and back without loss. */
export interface CoPurchaseSnapshot {
  readonly baskets: number;
  readonly items: readonly (readonly [string, number])[];
  /** item, item (the smaller first by code units), baskets with both. */
  readonly pairs: readonly (readonly [string, string, number])[];
}

/**
 * Counts of items and of pairs that follow the baskets one by one, forwards and, for a cancelled order, backwards: the counts are those
 * of the baskets that remain, whatever the order of coming and going.
 */
export class CoPurchaseCounts {
  #baskets = 0;
  readonly #items = new Map<string, number>();
  readonly #partners = new Map<string, Map<string, number>>();

  /** Counts from a snapshot. */
  static from(snapshot: CoPurchaseSnapshot): CoPurchaseCounts {
    const counts = new CoPurchaseCounts();
    counts.#baskets = snapshot.baskets;
    for (const [item, count] of snapshot.items) counts.#items.set(item, count);
    for (const [a, b, count] of snapshot.pairs) {
      counts.#change(a, b, count);
      counts.#change(b, a, count);
    }
    return counts;
  }

  /** Takes a basket in; repeated items count once. Baskets larger than `largest` (wholesale) count for items but not for pairs. */
  add(basket: readonly string[], largest = 100): void {
    this.#apply(basket, 1, largest);
  }

  /** Takes an earlier basket out again. Throws when it cannot have been in: counts would turn negative. */
  remove(basket: readonly string[], largest = 100): void {
    for (const item of new Set(basket))
      if (this.countOf(item) === 0) throw new RangeError(`CoPurchaseCounts.remove: ${item} is in no counted basket`);
    this.#apply(basket, -1, largest);
  }

  get baskets(): number {
    return this.#baskets;
  }

  /** Baskets with the item. */
  countOf(item: string): number {
    return this.#items.get(item) ?? 0;
  }

  /** Items that were in a basket with this one, and how often. */
  partnersOf(item: string): ReadonlyMap<string, number> {
    return this.#partners.get(item) ?? new Map<string, number>();
  }

  /** All counts as plain data, in code-unit order. */
  snapshot(): CoPurchaseSnapshot {
    const order = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);
    const items = [...this.#items.entries()].sort((a, b) => order(a[0], b[0]));
    const pairs = items.flatMap(([a]) =>
      [...this.partnersOf(a).entries()]
        .filter(([b]) => a < b)
        .sort((x, y) => order(x[0], y[0]))
        .map(([b, count]) => [a, b, count] as const),
    );
    return { baskets: this.#baskets, items, pairs };
  }

  #apply(basket: readonly string[], by: 1 | -1, largest: number): void {
    const distinct = [...new Set(basket)];
    this.#baskets += by;
    for (const item of distinct) {
      const count = this.countOf(item) + by;
      if (count === 0) this.#items.delete(item);
      else this.#items.set(item, count);
    }
    if (distinct.length > largest) return;
    for (const a of distinct) for (const b of distinct) if (a !== b) this.#change(a, b, by);
  }

  #change(a: string, b: string, by: number): void {
    const partners = this.#partners.get(a) ?? new Map<string, number>();
    const count = (partners.get(b) ?? 0) + by;
    if (count === 0) partners.delete(b);
    else partners.set(b, count);
    if (partners.size === 0) this.#partners.delete(a);
    else this.#partners.set(a, partners);
  }
}
