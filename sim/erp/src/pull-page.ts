import type { Delivery } from '@tributary/seller';

/** Paths of the pull interface and the contract each one serves. */
export const pullPaths: ReadonlyMap<string, string> = new Map([
  ['/stock', 'erp.stock'],
  ['/stock-movements', 'erp.stock-movement'],
  ['/invoices', 'erp.invoice'],
  ['/products', 'erp.product'],
]);

/** One page of the book, oldest first. */
export interface PullPage {
  /** Event id, type, time and the contract's JSON form of each item. */
  readonly items: readonly { readonly id: string; readonly type: string; readonly time: string; readonly data: unknown }[];
  /** The cursor to give as `after` next time; also when this page is empty. */
  readonly next: string;
  /** Whether there is more behind it now. */
  readonly more: boolean;
}

const LARGEST = 500;

/** The page after a cursor; a cursor is how many items were read. A cursor or limit that is none is refused with words. */
export function pullPage(
  book: readonly Omit<Delivery, 'arrivesAt'>[],
  after: string | null,
  limit: string | null,
): PullPage | { readonly refused: string } {
  const from = number(after, 0);
  const count = number(limit, 100);
  if (from === undefined || from > book.length) return { refused: `after is ${JSON.stringify(after)}: no cursor of this list` };
  if (count === undefined || count < 1 || count > LARGEST) return { refused: `limit is ${JSON.stringify(limit)}: from 1 to ${LARGEST}` };
  const items = book.slice(from, from + count).map(({ id, type, time, data }) => ({ id, type, time, data }));
  const next = from + items.length;
  return { items, next: String(next), more: next < book.length };
}

function number(text: string | null, otherwise: number): number | undefined {
  if (text === null || text === '') return otherwise;
  return /^\d{1,9}$/.test(text) ? Number(text) : undefined;
}
