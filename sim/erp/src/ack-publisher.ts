import { cloudEventJson, createGatewayClient } from '@tributary/seller';
import type { ErpStore } from './erp-store.ts';

/** Where answers go. */
export interface AckPublisherOptions {
  readonly gatewayUrl: string;
  readonly source: string;
  readonly sourceSecret: string | undefined;
  readonly store: ErpStore;
  /** Told what must be seen by a person: an answer the gateway refuses, a gateway that speaks another language. */
  readonly onTrouble: (message: string) => void;
}

/** Publishes the ERP's answers as `erp.ack` events until the hub has each of them, whatever dies in between. */
export interface AckPublisher {
  /** Says that there may be something to publish. */
  wake(): void;
  stop(): Promise<void>;
}

const BATCH = 500;

/** Starts publishing; the event id is the answer's id, so that a repetition is a duplicate for the hub. */
export function startAckPublisher({ gatewayUrl, source, sourceSecret, store, onTrouble }: AckPublisherOptions): AckPublisher {
  const controller = new AbortController();
  const client = createGatewayClient({ gatewayUrl, connections: 1, secret: sourceSecret, signal: controller.signal });
  let wake = (): void => undefined;

  const publish = async (): Promise<void> => {
    const acks = store.waiting(BATCH);
    const answers = await client.post(
      acks.map((ack) => cloudEventJson({ source, type: 'erp.ack', id: ack.ackId, time: ack.decidedAt, data: ack })),
    );
    const published: string[] = [];
    for (const [index, ack] of acks.entries()) {
      const answer = answers[index];
      if (answer?.outcome === 'accepted' || answer?.outcome === 'duplicate') published.push(ack.ackId);
      else {
        const why = `${answer?.outcome ?? 'unanswered'}: ${JSON.stringify(answer?.faults ?? [])}`;
        onTrouble(`answer ${ack.ackId} was not taken: ${why}`);
        await store.markUnpublishable(ack.ackId, why);
      }
    }
    if (published.length > 0) await store.markPublished(published);
  };

  const run = async (): Promise<void> => {
    while (!controller.signal.aborted) {
      const woken = new Promise<void>((resolve) => (wake = resolve));
      if (store.waiting(1).length === 0) await woken;
      else
        await publish().catch(async (error: unknown) => {
          if (controller.signal.aborted) return;
          onTrouble(error instanceof Error ? error.message : String(error));
          // A whole request that is refused (an unknown source) is a matter of configuration: a person mends it, the answers wait.
          await pause(5_000, controller.signal);
        });
    }
  };
  const running = run();
  return {
    wake: () => wake(),
    stop: async () => {
      controller.abort();
      wake();
      await running;
      await client.close();
    },
  };
}

function pause(milliseconds: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds);
    signal.addEventListener(
      'abort',
      () => {
        clearTimeout(timer);
        resolve();
      },
      { once: true },
    );
  });
}
