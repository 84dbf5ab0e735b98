import pRetry, { AbortError } from 'p-retry';
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

/** Where and how hard to post. */
export interface GatewayClientOptions {
  /** `http://host:port`, without a path. */
  readonly gatewayUrl: string;
  readonly connections: number;
  /** Stops waiting and retrying at once. */
  readonly signal?: AbortSignal | undefined;
  /** How long a batch is retried while the gateway is away, milliseconds; for ever when left out. */
  readonly patience?: number | undefined;
}

/** Posts CloudEvents batches to the hub's gateway over kept connections. A retry keeps every event id, so a lost answer doubles nothing. */
export interface GatewayClient {
  /**
   * Posts one batch (JSON texts of CloudEvents) and returns one answer an event, in order. Retries refused connections, timeouts, 429
   * and 5xx. Throws {@link GatewayRefusal} when the request as a whole is refused.
   */
  post(events: readonly string[]): Promise<readonly EventAnswer[]>;
  close(): Promise<void>;
}

/** Opens a client; no connection is made before the first batch. */
export function createGatewayClient(options: GatewayClientOptions): GatewayClient {
  const agent = new Agent({ connections: options.connections, keepAliveTimeout: 10_000, headersTimeout: 60_000, bodyTimeout: 60_000 });
  const url = new URL('/events', options.gatewayUrl);
  const once = async (events: readonly string[]): Promise<readonly EventAnswer[]> => {
    const { statusCode, body } = await request(url, {
      method: 'POST',
      dispatcher: agent,
      headers: { 'content-type': 'application/cloudevents-batch+json' },
      body: `[${events.join(',')}]`,
      ...(options.signal === undefined ? {} : { signal: options.signal }),
    });
    const text = await body.text();
    if (statusCode === 429 || statusCode >= 500) throw new Error(`the gateway answered ${statusCode}`);
    const answers = readAnswers(text);
    if (answers === undefined || answers.length !== events.length) throw new AbortError(new GatewayRefusal(statusCode, text));
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

function readAnswers(text: string): readonly EventAnswer[] | undefined {
  let body: unknown;
  try {
    body = JSON.parse(text);
  } catch {
    return undefined;
  }
  const results = (body as { results?: unknown } | null)?.results;
  if (!Array.isArray(results)) return undefined;
  const answers = results.map(readAnswer);
  return answers.every((answer) => answer !== undefined) ? answers : undefined;
}

const outcomes: ReadonlySet<unknown> = new Set<EventOutcome>(['accepted', 'duplicate', 'conflict', 'refused']);

function readAnswer(result: unknown): EventAnswer | undefined {
  const { id, outcome, faults } = (result ?? {}) as { id?: unknown; outcome?: unknown; faults?: unknown };
  if (!outcomes.has(outcome)) return undefined;
  return {
    id: typeof id === 'string' ? id : '',
    outcome: outcome as EventOutcome,
    faults: Array.isArray(faults) ? (faults as EventAnswer['faults']) : [],
  };
}
