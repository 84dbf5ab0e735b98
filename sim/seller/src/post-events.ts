import type { EventAnswer, GatewayClient } from './gateway-client.ts';

/** An event ready to be posted: its CloudEvents JSON text. */
export interface Outgoing {
  readonly json: string;
}

/** How to post a stream of events. */
export interface PostOptions<T extends Outgoing> {
  readonly client: GatewayClient;
  /** Batches under way at once. */
  readonly concurrency: number;
  /** Most events a batch. */
  readonly batch: number;
  /** Most characters a batch; one event alone may exceed it. Default 1 MiB. */
  readonly batchSize?: number;
  /** Told once for every event, when its batch was answered. */
  readonly settled: (event: T, answer: EventAnswer) => void;
}

/**
 * Posts a stream of events in batches. The stream is only read as fast as the gateway answers: no more than `concurrency` batches are held in
 * memory. Rejects with the first failure after the other batches under way have ended.
 */
export async function postEvents<T extends Outgoing>(events: Iterable<T> | AsyncIterable<T>, options: PostOptions<T>): Promise<void> {
  const limit = options.batchSize ?? 1_048_576;
  const underWay = new Set<Promise<void>>();
  let failure: { readonly error: unknown } | undefined;
  let batch: T[] = [];
  let size = 0;

  const send = async (): Promise<void> => {
    const sending = batch;
    batch = [];
    size = 0;
    const done: Promise<void> = options.client
      .post(sending.map(({ json }) => json))
      .then((answers) => sending.forEach((event, index) => options.settled(event, answers[index] as EventAnswer)))
      .catch((error: unknown) => {
        failure ??= { error };
      })
      .finally(() => underWay.delete(done));
    underWay.add(done);
    if (underWay.size >= options.concurrency) await Promise.race(underWay);
  };

  try {
    for await (const event of events) {
      if (batch.length > 0 && (batch.length >= options.batch || size + event.json.length > limit)) await send();
      if (failure !== undefined) break;
      batch.push(event);
      size += event.json.length;
    }
    if (failure === undefined && batch.length > 0) await send();
  } finally {
    await Promise.all(underWay);
  }
  if (failure !== undefined) throw failure.error;
}
