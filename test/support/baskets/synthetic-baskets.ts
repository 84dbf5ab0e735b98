import { createRandom } from '@tributary/numerics';

/** Rows of (basket, item), and how they were made is known: item popularity falls like 1/rank, and some items pull a companion in. */
export interface BasketRows {
  readonly basket: Int32Array;
  readonly item: Int32Array;
}

/** `baskets` baskets of a Poisson(mean − 1) + 1 number of draws over `items` items; every tenth item has a companion taken in 30 % of cases. */
export function syntheticBaskets(baskets: number, items: number, mean: number, seed: number): BasketRows {
  const random = createRandom(seed);
  const basket: number[] = [];
  const item: number[] = [];
  for (let at = 0; at < baskets; at += 1) {
    const size = 1 + random.poisson(mean - 1);
    for (let line = 0; line < size; line += 1) {
      const drawn = Math.min(items - 1, Math.floor(20 * ((items / 20 + 1) ** random.next() - 1)));
      basket.push(at);
      item.push(drawn);
      if (drawn % 10 === 0 && line + 1 < size && random.next() < 0.3) {
        line += 1;
        basket.push(at);
        item.push((drawn * 7 + 13) % items);
      }
    }
  }
  return { basket: Int32Array.from(basket), item: Int32Array.from(item) };
}
