import type { AnyContract } from '@tributary/contracts';
import { shardOf } from './shard-of.ts';
import type { Disposition, HubEvent } from '@tributary/persistence';

/** An event to be delivered. */
export interface NewDelivery {
  readonly eventId: string;
  readonly type: string;
  readonly key: string;
  readonly seq: bigint;
  readonly traceparent: string | null;
  /** What is signed and sent. */
  readonly body: string;
  readonly shard: number;
}

/** What is known of an event's key and id. */
export interface KnownDelivery {
  /** The id is queued or delivered already. */
  readonly queued: boolean;
  /** Highest sequence number queued for the key; 0 before the first. */
  readonly lastSeq: bigint;
}

/** The outcome: what became of the event, and the delivery to queue. */
export interface DeliveryFold {
  readonly disposition: Disposition;
  readonly delivery?: NewDelivery;
}

/**
 * Turns an event of the hub into a delivery. The key's sequence numbers rise: what is not greater than the last one was queued before, under
 * this id (a repetition) or is overtaken (stale).
 */
export function enqueueDelivery(known: KnownDelivery, event: HubEvent<{ readonly seq: bigint }>): DeliveryFold {
  if (known.queued) return { disposition: { kind: 'duplicate' } };
  const { contract, envelope, value } = event;
  if (value.seq <= known.lastSeq) return { disposition: { kind: 'stale' } };
  const key = keyOf(event);
  const { id, time, traceparent } = envelope;
  const body = JSON.stringify({ type: contract.name, id, time, key, seq: value.seq.toString(), data: contract.toJson(value as never) });
  return {
    disposition: { kind: 'applied' },
    delivery: {
      eventId: id,
      type: contract.name,
      key,
      seq: value.seq,
      traceparent: traceparent ?? null,
      body,
      shard: shardOf(contract.name, key),
    },
  };
}

/** Key of an event by its contract. */
export function keyOf({ contract, envelope, value }: { contract: AnyContract; envelope: HubEvent['envelope']; value: unknown }): string {
  return contract.key(value as never, envelope.source);
}
