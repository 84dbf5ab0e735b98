import type { OutboxRow } from './outbox-row.ts';
import { TransactionTokens } from './transaction-tokens.ts';

/** Told what a transaction is about to put into the outbox. */
export interface KeepsWritten {
  /**
   * @param rows those of one shard, in their order.
   * @returns what the part of these rows is marked with; `undefined` when they are not kept.
   */
  keep(shard: number, rows: readonly OutboxRow[]): bigint | undefined;
}

/** About as much as three full transactions write. */
const MAX_BYTES = 6 * 1024 * 1024;
/** Objects and texts of a row beside its payload, roughly. */
const ROW_OVERHEAD = 500;

/**
 * Outbox rows that this process wrote lately: its relay need not read them back. They are found by a token that no other transaction has,
 * which stands beside what is to be published. A row is written once and never again, so what is remembered under the token is what the
 * table has; the token of a transaction that failed stands nowhere, and its rows fall out of the memory unread.
 */
export class OutboxMemory implements KeepsWritten {
  private readonly parts = new Map<bigint, { readonly rows: readonly OutboxRow[]; readonly bytes: number }>();
  private readonly tokens = new TransactionTokens();
  private shards: ReadonlySet<number> = new Set();
  private bytes = 0;

  constructor(private readonly maxBytes = MAX_BYTES) {}

  /** Which shards the relay of this process publishes: nothing else is worth remembering. */
  publishes(shards: readonly number[]): void {
    if (shards.length === this.shards.size && shards.every((shard) => this.shards.has(shard))) return;
    this.shards = new Set(shards);
  }

  keep(shard: number, rows: readonly OutboxRow[]): bigint | undefined {
    if (!this.shards.has(shard)) return undefined;
    const token = this.tokens.next();
    const bytes = rows.reduce((sum, row) => sum + ROW_OVERHEAD + (row.payload?.length ?? 0), 0);
    this.parts.set(token, { rows, bytes });
    this.bytes += bytes;
    for (const [oldest] of this.parts) {
      if (this.bytes <= this.maxBytes) break;
      this.remove(oldest);
    }
    return token;
  }

  /** The rows under a token, if they are remembered; they stay so until {@link published}. */
  rowsOf(token: bigint | null): readonly OutboxRow[] | undefined {
    return token === null ? undefined : this.parts.get(token)?.rows;
  }

  /** What need not be remembered any more. */
  published(tokens: Iterable<bigint | null>): void {
    for (const token of tokens) if (token !== null) this.remove(token);
  }

  private remove(token: bigint): void {
    this.bytes -= this.parts.get(token)?.bytes ?? 0;
    this.parts.delete(token);
  }
}
