import type { AnyContract, Envelope, Fault } from '@tributary/contracts';
import type { Transaction } from './database.ts';

/** A record as it stands in a topic. */
export interface RawRecord {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Readonly<Record<string, unknown>>;
  /** Kafka's own timestamp, milliseconds. */
  readonly timestamp: number;
}

/** A decoded event that passed its contract's checks and rules. */
export interface HubEvent<T = unknown> {
  readonly record: RawRecord;
  readonly envelope: Envelope;
  readonly contract: AnyContract;
  readonly value: T;
  /** `contentHash` of the record's value. */
  readonly hash: bigint;
}

/** What became of an event: exactly one of these, counted per partition. */
export type Disposition =
  | { readonly kind: 'applied' }
  | { readonly kind: 'duplicate' }
  | { readonly kind: 'stale' }
  | { readonly kind: 'quarantined'; readonly faults: readonly Fault[] };

/** One event to publish. `value` is called once, with the key's next sequence number. */
export interface OutboxEvent<T = unknown> {
  readonly contract: AnyContract;
  /** Derived from its cause, so that a replayed cause gives the same id. */
  readonly id: string;
  /** ce_source: the app that says it. */
  readonly source: string;
  readonly key: string;
  /** RFC 3339. */
  readonly time: string;
  readonly traceparent?: string;
  /** The next number of its topic and key, where the writer keeps them himself (under a lock of his own); otherwise `hub.outbox_key` does. */
  readonly seq?: bigint;
  readonly value: (seq: bigint) => T | null;
}

/**
 * The state of one batch inside its transaction: `apply` folds one event in memory (pure: no I/O, no clock), `close` writes what
 * changed with one statement a table and returns what to publish.
 */
export interface UnitOfWork {
  apply(event: HubEvent): Disposition;
  close(): Promise<readonly OutboxEvent[]>;
}

/** What an app gives to the batch shell: its consumer group, what it reads, and how to load the states that a batch touches. */
export interface Stage {
  /** Consumer group, also the name under which offsets, inbox rows and quarantine are kept. */
  readonly group: string;
  readonly reads: readonly AnyContract[];
  /** An event it was ever given is known again by keys that are kept for ever, also when the inbox has forgotten it. */
  readonly permanentKeys?: true;
  /**
   * Loads with one query a table, in sorted key order under lock, the states the events touch. What the inbox knows already is among them;
   * only what is then applied counts.
   * @param epoch the group's epoch: what the stage remembers between batches holds only while it is the same.
   */
  open(tx: Transaction, events: readonly HubEvent[], epoch: number): Promise<UnitOfWork>;
}
