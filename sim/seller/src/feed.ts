import { setTimeout as wait } from 'node:timers/promises';
import type { Delivery } from './fact.ts';
import { createGatewayClient, type EventOutcome } from './gateway-client.ts';
import { postEvents } from './post-events.ts';

/** How to feed deliveries into a hub. */
export interface FeedOptions {
  /** `http://host:port` of the gateway. */
  readonly gatewayUrl: string;
  /** Secret of the sources, where the gateway wants requests signed (Standard Webhooks); one request holds events of several sources. */
  readonly secret?: string;
  /** Batches under way at once; more than one lets deliveries overtake each other. Default 2. */
  readonly concurrency?: number;
  /** Deliveries a batch. Default 200. */
  readonly batch?: number;
  /** Deliveries a second at most; unlimited when left out. */
  readonly rate?: number;
  /** Ends the feed: batches under way are dropped, the promise rejects with the signal's reason. */
  readonly signal?: AbortSignal;
  /** How long the gateway may be away, milliseconds; for ever when left out. */
  readonly patience?: number;
  /** Told after every answered event. */
  readonly onProgress?: (progress: FeedProgress) => void;
}

/** Counts so far; `sent` is the sum of the others. */
export interface FeedProgress extends Readonly<Record<EventOutcome, number>> {
  readonly sent: number;
  /** The first refusals, for the reader: event id and why. */
  readonly refusals: readonly { readonly id: string; readonly why: string }[];
}

const REFUSALS_KEPT = 20;

/** Posts deliveries to a hub's gateway, in order, with the same ids on every retry. Resolves when every one of them was answered. */
export async function feed(deliveries: Iterable<Delivery> | AsyncIterable<Delivery>, options: FeedOptions): Promise<FeedProgress> {
  const concurrency = options.concurrency ?? 2;
  const client = createGatewayClient({
    gatewayUrl: options.gatewayUrl,
    connections: concurrency,
    secret: options.secret,
    signal: options.signal,
    patience: options.patience,
  });
  const count = { accepted: 0, duplicate: 0, conflict: 0, refused: 0 };
  const refusals: { id: string; why: string }[] = [];
  const progress = (): FeedProgress => ({
    ...count,
    sent: count.accepted + count.duplicate + count.conflict + count.refused,
    refusals,
  });
  try {
    await postEvents(paced(deliveries, options), {
      client,
      concurrency,
      batch: options.batch ?? 200,
      settled: ({ id }, { outcome, faults }) => {
        count[outcome] += 1;
        if ((outcome === 'refused' || outcome === 'conflict') && refusals.length < REFUSALS_KEPT)
          refusals.push({ id, why: `${outcome}: ${faults.map((fault) => `${fault.field} ${fault.reason} ${fault.detail}`).join('; ')}` });
        options.onProgress?.(progress());
      },
    });
  } finally {
    await client.close();
  }
  return progress();
}

/** The CloudEvents 1.0 JSON text of a delivery. */
export function cloudEventJson({ id, source, type, time, data }: Omit<Delivery, 'arrivesAt'>): string {
  return JSON.stringify({ specversion: '1.0', id, source, type, time, datacontenttype: 'application/json', data });
}

async function* paced(
  deliveries: Iterable<Delivery> | AsyncIterable<Delivery>,
  { rate, signal }: FeedOptions,
): AsyncGenerator<{ id: string; json: string }> {
  const start = performance.now();
  let sent = 0;
  for await (const delivery of deliveries) {
    signal?.throwIfAborted();
    const early = rate === undefined ? 0 : (sent / rate) * 1000 - (performance.now() - start);
    // Waits are grouped: a timer for every delivery would set the pace itself.
    if (early > 20) await wait(early, undefined, signal === undefined ? {} : { signal });
    sent += 1;
    yield { id: delivery.id, json: cloudEventJson(delivery) };
  }
}
