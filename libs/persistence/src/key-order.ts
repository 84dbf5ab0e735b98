import type { AnyContract } from '@tributary/contracts';
import { createHash } from 'node:crypto';
import type { Disposition, RawRecord } from './stage.ts';

/** What became of a record: what the stage said of it, or that it waits behind a failed one of its key. */
export type Fate = Disposition | { readonly kind: 'parked' };

/** A record on its way, with the contract it is read by. */
export interface OrderedRecord {
  readonly record: RawRecord;
  readonly contract: AnyContract | undefined;
}

/** What decides whether a record waits. */
export type Order = Pick<KeyOrder, 'holds' | 'fail' | 'failed'>;

/** For records that were all consumed before: what fails holds nothing back. */
export const unordered: Order = { holds: () => false, fail: () => false, failed: [] };

/**
 * The order of keys inside a batch: once a record of a strict contract fails, later records of its topic and key wait. Pure; a batch
 * without a failure never looks at a key.
 */
export class KeyOrder {
  private readonly blocked: Set<string>;
  private readonly news = new Map<string, RawRecord>();

  /** @param blocked names (`orderName`) of the keys that are blocked already. */
  constructor(blocked: Iterable<string>) {
    this.blocked = new Set(blocked);
  }

  /** Whether a record has to wait. */
  holds({ record }: OrderedRecord): boolean {
    if (this.blocked.size === 0) return false;
    const name = orderName(record);
    return name !== undefined && this.blocked.has(name);
  }

  /** Notes that a record failed; says whether it blocks its key from now on. */
  fail({ record, contract }: OrderedRecord): boolean {
    const name = contract?.ordering === 'strict' ? orderName(record) : undefined;
    if (name === undefined) return false;
    this.blocked.add(name);
    this.news.set(name, record);
    return true;
  }

  /** The first failed record of every key that this batch blocked. */
  get failed(): readonly RawRecord[] {
    return [...this.news.values()];
  }
}

/** Decides the fates of records in their order: what is behind a failed record of its key is parked, everything else is judged. */
export function decideFates<R extends OrderedRecord>(records: readonly R[], order: Order, judge: (record: R) => Disposition): Fate[] {
  return records.map((record): Fate => {
    if (order.holds(record)) return { kind: 'parked' };
    const disposition = judge(record);
    if (disposition.kind === 'quarantined') order.fail(record);
    return disposition;
  });
}

/** Name of a topic and key inside a process; a record without a key has no order. */
export const orderName = ({ topic, key }: Pick<RawRecord, 'topic' | 'key'>): string | undefined =>
  key === null || key.length === 0 ? undefined : `${topic}\n${key.toString('latin1')}`;

/** Name of a key in the database, where keys of any length must fit an index: the first 128 bits of its SHA-256 as a UUID. */
export function keyHash(key: Uint8Array): string {
  const hex = createHash('sha256').update(key).digest('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
}
