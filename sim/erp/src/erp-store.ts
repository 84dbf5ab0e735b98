import { AMOUNT_SCALE, parseDecimal } from '@tributary/contracts';
import type { Delivery } from '@tributary/seller';
import type { Verdict } from './decide.ts';
import { Journal } from './journal.ts';

/** The JSON form of an `erp.ack`. */
export interface Ack {
  readonly ackId: string;
  readonly subjectId: string;
  readonly subjectType: string;
  readonly subjectKey: string;
  readonly decision: Verdict['decision'];
  readonly reason: string | null;
  readonly value: string | null;
  readonly decidedAt: string;
  readonly decidedBy: string;
}

/** Numbers of the simulated ERP. All but the last two survive a restart. */
export interface ErpState {
  /** Different hooks taken. */
  readonly received: number;
  readonly accepted: number;
  readonly refused: number;
  readonly overridden: number;
  /** Answers the gateway has. */
  readonly published: number;
  /** Answers still to be published. */
  readonly unpublished: number;
  /** Answers the gateway refused; kept, not repeated. */
  readonly unpublishable: number;
  /** Hooks that came again, since the start. */
  readonly duplicates: number;
  /** Hooks with a wrong signature, since the start. */
  readonly badSignatures: number;
}

type Entry =
  | { readonly kind: 'ack'; readonly ack: Ack }
  | { readonly kind: 'published'; readonly ids: readonly string[] }
  | { readonly kind: 'unpublishable'; readonly id: string; readonly why: string }
  | { readonly kind: 'book'; readonly item: Omit<Delivery, 'arrivesAt'> };

/** The ERP's own memory: which hooks it answered and how, which answers the hub has, and the book its pull interface serves. */
export class ErpStore {
  readonly #acks = new Map<string, { readonly ack: Ack; readonly durable: Promise<void> }>();
  readonly #waiting = new Map<string, Ack>();
  readonly #book = new Map<string, Omit<Delivery, 'arrivesAt'>[]>();
  readonly #bookIds = new Set<string>();
  readonly #packs = new Map<string, bigint>();
  #journal: Journal | undefined;
  #published = 0;
  #unpublishable = 0;
  duplicates = 0;
  badSignatures = 0;

  /** Opens the store at a path and reads what it holds. */
  static async open(path: string): Promise<ErpStore> {
    const store = new ErpStore();
    store.#journal = await Journal.open(path, (entry) => store.#replay(entry as Entry));
    return store;
  }

  /** Units of a pack by sku, scale 4, from the products in the book. */
  get packs(): ReadonlyMap<string, bigint> {
    return this.#packs;
  }

  /** Adds what is not yet in the book. */
  async addToBook(items: readonly Omit<Delivery, 'arrivesAt'>[]): Promise<void> {
    const added = items.filter(({ id }) => !this.#bookIds.has(id));
    await Promise.all(
      added.map(({ source, type, id, time, data }) => {
        const entry: Entry = { kind: 'book', item: { source, type, id, time, data } };
        this.#replay(entry);
        return this.#write(entry);
      }),
    );
  }

  /** The book's items of a contract, in the order they were entered. */
  bookOf(type: string): readonly Omit<Delivery, 'arrivesAt'>[] {
    return this.#book.get(type) ?? [];
  }

  /**
   * Keeps the answer to a hook, or finds that it has one; resolves when the answer is durable. Two calls at the same time make one answer.
   * @param make called only when there is no answer yet.
   */
  async answerOnce(subjectId: string, make: () => Ack): Promise<{ readonly ack: Ack; readonly first: boolean }> {
    const known = this.#acks.get(subjectId);
    if (known !== undefined) {
      await known.durable;
      this.duplicates += 1;
      return { ack: known.ack, first: false };
    }
    const ack = make();
    const durable = this.#write({ kind: 'ack', ack });
    this.#acks.set(subjectId, { ack, durable });
    await durable.catch((error: unknown) => {
      this.#acks.delete(subjectId);
      throw error;
    });
    this.#waiting.set(ack.ackId, ack);
    return { ack, first: true };
  }

  /** The oldest answers the hub does not have. */
  waiting(limit: number): Ack[] {
    const acks: Ack[] = [];
    for (const ack of this.#waiting.values()) {
      if (acks.length >= limit) break;
      acks.push(ack);
    }
    return acks;
  }

  /** Remembers that the hub has these answers. */
  async markPublished(ids: readonly string[]): Promise<void> {
    await this.#write({ kind: 'published', ids });
    this.#replay({ kind: 'published', ids });
  }

  /** Remembers that the hub refuses this answer. */
  async markUnpublishable(id: string, why: string): Promise<void> {
    await this.#write({ kind: 'unpublishable', id, why });
    this.#replay({ kind: 'unpublishable', id, why });
  }

  state(): ErpState {
    const count = { ACCEPTED: 0, REFUSED: 0, OVERRIDDEN: 0 };
    for (const { ack } of this.#acks.values()) count[ack.decision] += 1;
    return {
      received: this.#acks.size,
      accepted: count.ACCEPTED,
      refused: count.REFUSED,
      overridden: count.OVERRIDDEN,
      published: this.#published,
      unpublished: this.#acks.size - this.#published - this.#unpublishable,
      unpublishable: this.#unpublishable,
      duplicates: this.duplicates,
      badSignatures: this.badSignatures,
    };
  }

  async close(): Promise<void> {
    await this.#journal?.close();
  }

  #write(entry: Entry): Promise<void> {
    if (this.#journal === undefined) throw new Error('the store is not open');
    return this.#journal.append(entry);
  }

  #replay(entry: Entry): void {
    if (entry.kind === 'ack') {
      this.#acks.set(entry.ack.subjectId, { ack: entry.ack, durable: Promise.resolve() });
      this.#waiting.set(entry.ack.ackId, entry.ack);
    } else if (entry.kind === 'book') {
      const { item } = entry;
      this.#bookIds.add(item.id);
      const list = this.#book.get(item.type);
      if (list === undefined) this.#book.set(item.type, [item]);
      else list.push(item);
      const product = item.data as { sku?: string; packSize?: string | null };
      if (item.type === 'erp.product' && product.sku !== undefined) this.#packs.set(product.sku, packOf(product.packSize));
    } else {
      for (const id of entry.kind === 'published' ? entry.ids : [entry.id])
        if (this.#waiting.delete(id)) {
          if (entry.kind === 'published') this.#published += 1;
          else this.#unpublishable += 1;
        }
    }
  }
}

/** Units of a pack; what is missing or no pack at all counts as single units. */
function packOf(text: string | null | undefined): bigint {
  const pack = parseDecimal(text ?? '1', AMOUNT_SCALE) ?? 0n;
  return pack > 0n ? pack : 10_000n;
}
