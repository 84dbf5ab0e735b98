import type { BasketTable } from './basket-table.ts';
import { outside } from './refusal.ts';
import type { BasketRefusal } from './refusal.ts';

/** A set of items that occurs together often. Items are numbers of the table, ascending. */
export interface ItemSet {
  readonly items: readonly number[];
  /** In how many baskets all of them are. */
  readonly count: number;
}

/** The frequent sets of a table, by size and then by items. */
export interface FrequentItemSets {
  readonly table: BasketTable;
  readonly sets: readonly ItemSet[];
  readonly leastCount: number;
}

/** How to search. */
export interface FrequentOptions {
  /** Least share of baskets, above 0 and at most 1. */
  readonly support: number;
  /** Most items of a set; no limit when absent. */
  readonly maxLength?: number;
  /** Refuse rather than fill the memory; 2,000,000 when absent. */
  readonly maxSets?: number;
}

/**
 * All frequent item sets by Eclat (Zaki 2000): baskets are turned into lists of basket numbers per item, a set's list is the
 * intersection of two smaller ones, and pairs are counted in a triangle first, so that only lists with a frequent outcome are joined.
 */
export function frequentItemSets(table: BasketTable, options: FrequentOptions): FrequentItemSets | BasketRefusal {
  const { support, maxLength = Infinity, maxSets = 2_000_000 } = options;
  const fault =
    support > 0
      ? outside('support', support, 0, 1)
      : { refused: 'bad-value' as const, field: 'support', detail: `${support} is not above 0` };
  if (fault !== undefined) return fault;
  if (!(maxLength >= 1)) return { refused: 'bad-value', field: 'maxLength', detail: `${maxLength} is not at least 1` };
  // 0.001 × 1,000,000 must be 1,000 and not 1,001 because of a last binary digit.
  const leastCount = Math.max(1, Math.ceil(support * table.baskets * (1 - 1e-12)));
  const { order, lists } = basketsPerItem(table, leastCount);
  const sets: ItemSet[] = order.map((item, rank) => ({ items: [item], count: (lists[rank] as Int32Array).length }));
  if (maxLength >= 2) {
    const pairs = pairCounts(table, order);
    const grow = (prefix: readonly number[], ranks: readonly number[], own: readonly Int32Array[]): boolean => {
      for (let first = 0; first < ranks.length; first += 1) {
        const nextRanks: number[] = [];
        const nextLists: Int32Array[] = [];
        const items = [...prefix, order[ranks[first] as number] as number];
        for (let second = first + 1; second < ranks.length; second += 1) {
          // Every pair of a frequent set is frequent: the triangle spares most intersections.
          if (pairs(ranks[first] as number, ranks[second] as number) < leastCount) continue;
          const common = intersection(own[first] as Int32Array, own[second] as Int32Array, leastCount);
          if (common === undefined) continue;
          nextRanks.push(ranks[second] as number);
          nextLists.push(common);
          sets.push({ items: [...items, order[ranks[second] as number] as number].sort((a, b) => a - b), count: common.length });
          if (sets.length > maxSets) return false;
        }
        if (nextRanks.length > 1 && items.length + 1 < maxLength && !grow(items, nextRanks, nextLists)) return false;
      }
      return true;
    };
    if (
      !grow(
        [],
        order.map((_, rank) => rank),
        lists,
      )
    )
      return {
        refused: 'too-many-sets',
        field: 'support',
        detail: `more than ${maxSets} sets are frequent at ${support}; raise the support or set maxLength`,
      };
  }
  return { table, leastCount, sets: sets.sort(bySizeThenItems) };
}

/** Frequent items, rarest first (their lists are short, so intersections start small), with the baskets of each, ascending. */
function basketsPerItem(
  { items, baskets, offset, members }: BasketTable,
  leastCount: number,
): { readonly order: number[]; readonly lists: Int32Array[] } {
  const counts = new Int32Array(items.length);
  for (const item of members) counts[item] = (counts[item] as number) + 1;
  const order = items
    .map((_, item) => item)
    .filter((item) => (counts[item] as number) >= leastCount)
    .sort((a, b) => (counts[a] as number) - (counts[b] as number) || a - b);
  const rankOf = new Int32Array(items.length).fill(-1);
  for (const [rank, item] of order.entries()) rankOf[item] = rank;
  const lists = order.map((item) => new Int32Array(counts[item] as number));
  const filled = new Int32Array(order.length);
  for (let basket = 0; basket < baskets; basket += 1) {
    for (let at = offset[basket] as number; at < (offset[basket + 1] as number); at += 1) {
      const rank = rankOf[members[at] as number] as number;
      if (rank < 0) continue;
      (lists[rank] as Int32Array)[filled[rank] as number] = basket;
      filled[rank] = (filled[rank] as number) + 1;
    }
  }
  return { order, lists };
}

/** How often two frequent items meet, as a look-up by rank; a full triangle up to 8,000 items (256 MB at most), beyond that no filter. */
function pairCounts({ items, baskets, offset, members }: BasketTable, order: readonly number[]): (a: number, b: number) => number {
  const frequent = order.length;
  if (frequent > 8000) return () => Infinity;
  const rankOf = new Int32Array(items.length).fill(-1);
  for (const [rank, item] of order.entries()) rankOf[item] = rank;
  const triangle = new Int32Array((frequent * (frequent + 1)) / 2);
  const place = (a: number, b: number): number => (a < b ? (b * (b + 1)) / 2 + a : (a * (a + 1)) / 2 + b);
  const ranks = new Int32Array(Math.max(1, frequent));
  for (let basket = 0; basket < baskets; basket += 1) {
    let size = 0;
    for (let at = offset[basket] as number; at < (offset[basket + 1] as number); at += 1) {
      const rank = rankOf[members[at] as number] as number;
      if (rank >= 0) {
        ranks[size] = rank;
        size += 1;
      }
    }
    for (let i = 1; i < size; i += 1) {
      for (let j = 0; j < i; j += 1) {
        const at = place(ranks[i] as number, ranks[j] as number);
        triangle[at] = (triangle[at] as number) + 1;
      }
    }
  }
  return (a, b) => triangle[place(a, b)] as number;
}

/** The common numbers of two ascending lists, or undefined as soon as they cannot reach the least count. */
function intersection(a: Int32Array, b: Int32Array, least: number): Int32Array | undefined {
  const out = new Int32Array(Math.min(a.length, b.length));
  let size = 0;
  let i = 0;
  let j = 0;
  while (i < a.length && j < b.length) {
    const left = a[i] as number;
    const right = b[j] as number;
    if (left === right) {
      out[size] = left;
      size += 1;
      i += 1;
      j += 1;
    } else if (left < right) {
      i += 1;
      if (size + a.length - i < least) return undefined;
    } else j += 1;
  }
  return size < least ? undefined : out.slice(0, size);
}

function bySizeThenItems(a: ItemSet, b: ItemSet): number {
  if (a.items.length !== b.items.length) return a.items.length - b.items.length;
  for (const [at, item] of a.items.entries()) if (item !== b.items[at]) return item - (b.items[at] as number);
  return 0;
}
