import type { BasketRefusal } from './refusal.ts';

/** Baskets as numbers: the items of basket b are members[offset[b] .. offset[b + 1]), distinct, ascending. */
export interface BasketTable {
  readonly items: readonly string[];
  readonly baskets: number;
  readonly offset: Int32Array;
  readonly members: Int32Array;
}

type Label = string | number;

/**
 * Baskets from two columns of equal length, one row per line of a basket (any order). An item that is in a basket twice counts
 * once: frequency is about baskets, not units.
 */
export function basketTable(basket: readonly Label[], item: readonly Label[]): BasketTable | BasketRefusal {
  if (basket.length !== item.length)
    return { refused: 'ragged-columns', field: 'item', detail: `${item.length} items for ${basket.length} baskets` };
  if (basket.length === 0) return { refused: 'no-baskets', field: 'basket', detail: 'no rows' };
  const [baskets, items] = [new Labels(), new Labels()];
  const rowBasket = new Int32Array(basket.length);
  const rowItem = new Int32Array(basket.length);
  for (let row = 0; row < basket.length; row += 1) {
    const [ours, theirs] = [baskets.numberOf(basket[row] as Label), items.numberOf(item[row] as Label)];
    if (ours < 0) return nameless('basket', row);
    if (theirs < 0) return nameless('item', row);
    rowBasket[row] = ours;
    rowItem[row] = theirs;
  }
  return pack(items.names, baskets.names.length, rowBasket, rowItem);
}

/** Baskets from lists of items; an empty list is a basket too and lowers every support. */
export function basketTableOf(lists: readonly (readonly Label[])[]): BasketTable | BasketRefusal {
  if (lists.length === 0) return { refused: 'no-baskets', field: 'lists', detail: 'no baskets' };
  const items = new Labels();
  const rows = lists.reduce((sum, list) => sum + list.length, 0);
  const rowBasket = new Int32Array(rows);
  const rowItem = new Int32Array(rows);
  let row = 0;
  for (const [basket, list] of lists.entries()) {
    for (const item of list) {
      const number = items.numberOf(item);
      if (number < 0) return nameless('item', basket);
      rowBasket[row] = basket;
      rowItem[row] = number;
      row += 1;
    }
  }
  return pack(items.names, lists.length, rowBasket, rowItem);
}

function pack(items: readonly string[], baskets: number, rowBasket: Int32Array, rowItem: Int32Array): BasketTable {
  const start = new Int32Array(baskets + 1);
  for (const basket of rowBasket) start[basket + 1] = (start[basket + 1] as number) + 1;
  for (let basket = 0; basket < baskets; basket += 1) start[basket + 1] = (start[basket + 1] as number) + (start[basket] as number);
  const next = start.slice();
  const grouped = new Int32Array(rowItem.length);
  for (let row = 0; row < rowItem.length; row += 1) {
    const basket = rowBasket[row] as number;
    const at = next[basket] as number;
    grouped[at] = rowItem[row] as number;
    next[basket] = at + 1;
  }
  const offset = new Int32Array(baskets + 1);
  let kept = 0;
  for (let basket = 0; basket < baskets; basket += 1) {
    const own = grouped.subarray(start[basket], start[basket + 1]).sort();
    let last = -1;
    for (const item of own) {
      if (item === last) continue;
      // Never ahead of what is still to be read, so one array serves both.
      grouped[kept] = item;
      kept += 1;
      last = item;
    }
    offset[basket + 1] = kept;
  }
  return { items, baskets, offset, members: grouped.slice(0, kept) };
}

/** Labels numbered in order of first appearance. The number 7 and the text '7' are one label: what is printed alike is alike. */
class Labels {
  readonly names: string[] = [];
  readonly #numbers = new Map<Label, number>();
  readonly #byName = new Map<string, number>();

  /** The label's number, −1 for NaN. */
  numberOf(label: Label): number {
    const known = this.#numbers.get(label);
    if (known !== undefined) return known;
    if (Number.isNaN(label)) return -1;
    const name = String(label);
    const number = this.#byName.get(name) ?? this.names.length;
    if (number === this.names.length) {
      this.names.push(name);
      this.#byName.set(name, number);
    }
    this.#numbers.set(label, number);
    return number;
  }
}

const nameless = (field: string, at: number): BasketRefusal => ({
  refused: 'bad-value',
  field: `${field}[${at}]`,
  detail: 'NaN names nothing',
});
