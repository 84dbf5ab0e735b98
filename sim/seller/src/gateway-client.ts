import { randomUUID } from 'node:crypto';
import pRetry, { AbortError } from 'p-retry';
import { Webhook } from 'standardwebhooks';
import { Agent, request } from 'undici';

/** What the gateway did with one event. */
export type EventOutcome = 'accepted' | 'duplicate' | 'conflict' | 'refused';

/** The gateway's answer about one event of a batch. */
export interface EventAnswer {
  readonly id: string;
  readonly outcome: EventOutcome;
  /** Why it was refused: field, reason and detail, as the gateway says it. */
  readonly faults: readonly { readonly field: string; readonly reason: string; readonly detail: string }[];
}

/** The gateway answered, but not in the way its interface says; repeating would not help. */
export class GatewayRefusal extends Error {
  constructor(
    readonly status: number,
    detail: string,
  ) {
    super(`the gateway answered ${status}: ${detail.slice(0, 400)}`);
    this.name = 'GatewayRefusal';
  }
}

/** The gateway did not answer, or said that it cannot now; a repetition may help. */
export class GatewayAway extends Error {
  constructor(detail: string, options?: ErrorOptions) {
    super(detail, options);
    this.name = 'GatewayAway';
  }
}

/** Where and how hard to post. */
export interface GatewayClientOptions {
  /** `http://host:port`, without a path. */
  readonly gatewayUrl: string;
  readonly connections: number;
  /** Secret of the source, where the gateway wants requests signed (Standard Webhooks). */
  readonly secret?: string | undefined;
  /** Stops waiting and retrying at once. */
  readonly signal?: AbortSignal | undefined;
  /** How long a batch is retried while the gateway is away, milliseconds; for ever when left out. */
  readonly patience?: number | undefined;
}

/** Posts CloudEvents batches to the hub's gateway over kept connections. A retry keeps every event id, so a lost answer doubles nothing. */
export interface GatewayClient {
  /**
   * Posts one batch (JSON texts of CloudEvents) and returns one answer an event, in order. Retries refused connections, timeouts, 429
   * and 5xx. Throws {@link GatewayRefusal} when the request as a whole is refused, {@link GatewayAway} when patience is over.
   */
  post(events: readonly string[]): Promise<readonly EventAnswer[]>;
  close(): Promise<void>;
}

/** Opens a client; no connection is made before the first batch. */
export function createGatewayClient(options: GatewayClientOptions): GatewayClient {
  const agent = new Agent({ connections: options.connections, keepAliveTimeout: 10_000, headersTimeout: 60_000, bodyTimeout: 60_000 });
  const url = new URL('/events', options.gatewayUrl);
  const webhook = options.secret === undefined ? undefined : new Webhook(options.secret);
  const sign = (text: string): Record<string, string> => {
    if (webhook === undefined) return {};
    const [id, now] = [randomUUID(), new Date()];
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': webhook.sign(id, now, text),
    };
  };
  const exchange = async (text: string): Promise<{ statusCode: number; answer: string }> => {
    try {
      const { statusCode, body } = await request(url, {
        method: 'POST',
        dispatcher: agent,
        headers: { 'content-type': 'application/cloudevents-batch+json', ...sign(text) },
        body: text,
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      });
      return { statusCode, answer: await body.text() };
    } catch (cause) {
      options.signal?.throwIfAborted();
      throw new GatewayAway(`no answer from the gateway at ${url.origin}: ${String(cause)}`, { cause });
    }
  };
  const once = async (events: readonly string[]): Promise<readonly EventAnswer[]> => {
    const text = `[${events.join(',')}]`;
    const { statusCode, answer } = await exchange(text);
    if (statusCode === 429 || statusCode >= 500) throw new GatewayAway(`the gateway at ${url.origin} answered ${statusCode}`);
    const answers = readAnswers(answer);
    if (answers === undefined || answers.length !== events.length) throw new AbortError(new GatewayRefusal(statusCode, answer));
    return answers;
  };
  return {
    post: (events) =>
      pRetry(() => once(events), {
        retries: Number.POSITIVE_INFINITY,
        minTimeout: 100,
        maxTimeout: 5_000,
        randomize: true,
        ...(options.patience === undefined ? {} : { maxRetryTime: options.patience }),
        ...(options.signal === undefined ? {} : { signal: options.signal }),
      }),
    close: () => agent.close(),
  };
}

/** Reads the gateway's answer: `events` says what became of each, `faults` names by index what was wrong. */
function readAnswers(text: string): readonly EventAnswer[] | undefined {
  const body = parse(text) as { events?: unknown; faults?: unknown } | null | undefined;
  if (!Array.isArray(body?.events)) return undefined;
  const faults = (Array.isArray(body.faults) ? body.faults : []) as (EventAnswer['faults'][number] & { index: number })[];
  const answers: EventAnswer[] = [];
  for (const { index, id, status } of body.events as { index: number; id: string | null; status: unknown }[]) {
    if (!outcomes.has(status)) return undefined;
    const own = faults.filter((fault) => fault.index === index).map(({ field, reason, detail }) => ({ field, reason, detail }));
    answers[index] = { id: id ?? '', outcome: status as EventOutcome, faults: own };
  }
  return answers;
}

const outcomes: ReadonlySet<unknown> = new Set<EventOutcome>(['accepted', 'duplicate', 'conflict', 'refused']);

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
