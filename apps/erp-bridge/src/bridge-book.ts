import { contentHash, type Disposition, type HubEvent } from '@tributary/persistence';
import type { Acknowledgement } from '@tributary/contracts';
import { ackKeyId, topicKeyId, type BridgeChanges, type KnownBridge } from './bridge-store.ts';
import { enqueueDelivery, keyOf, type NewDelivery } from './enqueue-delivery.ts';
import { keepAcknowledgement, type KeptAcknowledgement } from './keep-acknowledgement.ts';

/** The states of one batch in memory: each event is folded onto what the ones before it left. */
export class BridgeBook {
  private readonly queued: Set<string>;
  private readonly lastSeq: Map<string, bigint>;
  private readonly known: Map<string, bigint>;
  private readonly deliveries: NewDelivery[] = [];
  private readonly acks: KeptAcknowledgement[] = [];

  constructor(known: KnownBridge) {
    this.queued = new Set(known.queued);
    this.lastSeq = new Map(known.lastSeq);
    this.known = new Map(known.acks);
  }

  /** An event of the hub, to be delivered. */
  deliver(event: HubEvent<{ readonly seq: bigint }>): Disposition {
    const id = topicKeyId({ type: event.contract.name, key: keyOf(event) });
    const known = { queued: this.queued.has(event.envelope.id), lastSeq: this.lastSeq.get(id) ?? 0n };
    const { disposition, delivery } = enqueueDelivery(known, event);
    if (delivery === undefined) return disposition;
    this.deliveries.push(delivery);
    this.queued.add(delivery.eventId);
    this.lastSeq.set(id, delivery.seq);
    return disposition;
  }

  /** An answer of the ERP. */
  acknowledge(event: HubEvent<Acknowledgement>): Disposition {
    const { source } = event.envelope;
    const id = ackKeyId({ source, ackId: event.value.ackId });
    const hash = contentHash(event.contract.encode(event.value as never));
    const { disposition, kept } = keepAcknowledgement(this.known.get(id), event.value, source, hash);
    if (kept === undefined) return disposition;
    this.acks.push(kept);
    this.known.set(id, kept.hash);
    return disposition;
  }

  changes(): BridgeChanges {
    return { deliveries: this.deliveries, acks: this.acks };
  }
}
