import { ContentionError } from '@tributary/persistence';
import { ackKeyId, topicKeyId, type BridgeChanges, type BridgeStore, type KnownBridge, type TouchedKeys } from '../src/bridge-store.ts';
import type { NewDelivery } from '../src/enqueue-delivery.ts';
import type { KeptAcknowledgement } from '../src/keep-acknowledgement.ts';

/** The store of the bridge in memory. Passes the same suite as the one on PostgreSQL. */
export class FakeBridgeStore implements BridgeStore {
  readonly deliveries: NewDelivery[] = [];
  readonly acks: KeptAcknowledgement[] = [];

  async load({ eventIds, keys, acks }: TouchedKeys): Promise<KnownBridge> {
    const lastSeq = new Map<string, bigint>();
    const wanted = new Set(keys.map(topicKeyId));
    for (const row of this.deliveries) {
      const id = topicKeyId(row);
      if (wanted.has(id) && row.seq > (lastSeq.get(id) ?? 0n)) lastSeq.set(id, row.seq);
    }
    const wantedAcks = new Set(acks.map(ackKeyId));
    return {
      queued: new Set(this.deliveries.map(({ eventId }) => eventId).filter((id) => eventIds.includes(id))),
      lastSeq,
      acks: new Map(
        this.acks
          .map(({ source, hash, ack }) => [ackKeyId({ source, ackId: ack.ackId }), hash] as const)
          .filter(([id]) => wantedAcks.has(id)),
      ),
    };
  }

  async save(changes: BridgeChanges): Promise<void> {
    const ids = new Set(this.deliveries.map(({ eventId }) => eventId));
    const acks = new Set(this.acks.map(({ source, ack }) => ackKeyId({ source, ackId: ack.ackId })));
    const taken =
      changes.deliveries.some(({ eventId }) => ids.has(eventId)) ||
      changes.acks.some(({ source, ack }) => acks.has(ackKeyId({ source, ackId: ack.ackId })));
    if (taken) throw new ContentionError('another transaction was first');
    this.deliveries.push(...changes.deliveries);
    this.acks.push(...changes.acks);
  }
}
