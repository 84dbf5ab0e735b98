import type { NewDelivery } from './enqueue-delivery.ts';
import type { KeptAcknowledgement } from './keep-acknowledgement.ts';

/** Key of a contract's topic. */
export interface TopicKey {
  readonly type: string;
  readonly key: string;
}

/** An answer at its source. */
export interface AckKey {
  readonly source: string;
  readonly ackId: string;
}

/** What a batch touches. */
export interface TouchedKeys {
  readonly eventIds: readonly string[];
  readonly keys: readonly TopicKey[];
  readonly acks: readonly AckKey[];
}

/** What is known of it. */
export interface KnownBridge {
  readonly queued: ReadonlySet<string>;
  /** Highest sequence number by {@link topicKeyId}. */
  readonly lastSeq: ReadonlyMap<string, bigint>;
  /** Hash by {@link ackKeyId}. */
  readonly acks: ReadonlyMap<string, bigint>;
}

/** What a batch adds. */
export interface BridgeChanges {
  readonly deliveries: readonly NewDelivery[];
  readonly acks: readonly KeptAcknowledgement[];
}

/** Key for maps in memory; no text of a contract holds the unit separator (U+001F). */
export const topicKeyId = ({ type, key }: TopicKey): string => `${type}\u001f${key}`;
export const ackKeyId = ({ source, ackId }: AckKey): string => `${source}\u001f${ackId}`;

/** Keeps deliveries and answers. Opened in a transaction, lives no longer. */
export interface BridgeStore {
  load(keys: TouchedKeys): Promise<KnownBridge>;
  /** Adds them and wakes the workers at commit. A unique violation says that another transaction was first. */
  save(changes: BridgeChanges): Promise<void>;
}
