import { randomUUID } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { Pool } from 'undici';
import { BridgeFault } from './bridge-fault.ts';
import { noAnswer, outcomeOf, type DeliveryOutcome } from './delivery-outcome.ts';
import { erpAddress, guardedLookup, type Resolve } from './erp-address.ts';

/** How to talk to the ERP. */
export interface ErpClientOptions {
  readonly url: string;
  /** Standard Webhooks secret, `whsec_…`. */
  readonly secret: string;
  /** Connections kept open, and so requests at once. */
  readonly connections?: number;
  /** Milliseconds that a webhook may take from beginning to end; a page may take six times as long. */
  readonly timeoutMs?: number;
  /** Most bytes read of an answer. */
  readonly maxBytes?: number;
  readonly resolve?: Resolve;
}

/** A page as the ERP gave it. */
export type ErpAnswer = { readonly status: 200; readonly body: Buffer } | { readonly status: number; readonly body?: undefined };

const AGENT = 'tributary-erp-bridge';
const ANSWER_LIMIT = 64 * 1024;

/** HTTP to one ERP over kept connections: signed webhooks out, pages in. Redirects are never followed. */
export class ErpClient {
  readonly timeoutMs: number;
  private readonly base: URL;
  private readonly pool: Pool;
  private readonly webhook: Webhook;
  private readonly maxBytes: number;

  /** @throws BridgeFault for an address that may not be used. */
  constructor(options: ErpClientOptions) {
    this.base = erpAddress(options.url);
    this.timeoutMs = options.timeoutMs ?? 10_000;
    this.maxBytes = options.maxBytes ?? 8 * 1_048_576;
    this.webhook = new Webhook(options.secret);
    this.pool = new Pool(this.base.origin, {
      connections: options.connections ?? 16,
      pipelining: 1,
      headersTimeout: this.timeoutMs,
      bodyTimeout: this.timeoutMs,
      keepAliveTimeout: 30_000,
      connect: { timeout: this.timeoutMs, lookup: guardedLookup(options.resolve) },
    });
  }

  /** Sends one webhook, signed at the moment of sending; the id is the same at every attempt. Never throws: what went wrong is an outcome. */
  async post(id: string, body: string, traceparent: string | undefined): Promise<DeliveryOutcome> {
    try {
      const {
        statusCode,
        headers,
        body: answer,
      } = await this.pool.request({
        method: 'POST',
        path: this.path('/hooks'),
        headers: { ...this.signed(id, body), 'content-type': 'application/json', ...(traceparent === undefined ? {} : { traceparent }) },
        body,
        signal: AbortSignal.timeout(this.timeoutMs),
      });
      await answer.dump({ limit: ANSWER_LIMIT });
      return outcomeOf(statusCode, text(headers['retry-after']), Date.now());
    } catch (error) {
      return noAnswer(reasonOf(error));
    }
  }

  /**
   * Reads one page of a list. Signed like a webhook, over an empty body, so that the ERP can tell the hub from a stranger.
   * @throws BridgeFault `pull-size` for a longer answer than allowed; the error of the connection when there is no answer.
   */
  async get(path: string, query: Readonly<Record<string, string>>): Promise<ErpAnswer> {
    const { statusCode, body } = await this.pool.request({
      method: 'GET',
      path: `${this.path(path)}?${new URLSearchParams(query).toString()}`,
      headers: { ...this.signed(`pull-${randomUUID()}`, ''), accept: 'application/json' },
      signal: AbortSignal.timeout(6 * this.timeoutMs),
    });
    if (statusCode !== 200) {
      await body.dump({ limit: ANSWER_LIMIT });
      return { status: statusCode };
    }
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body as AsyncIterable<Buffer>) {
      size += chunk.length;
      if (size > this.maxBytes) {
        body.destroy();
        throw new BridgeFault('pull-size', `${path} answered more than ${this.maxBytes} bytes`);
      }
      chunks.push(chunk);
    }
    return { status: 200, body: Buffer.concat(chunks) };
  }

  async close(): Promise<void> {
    await this.pool.close();
  }

  private path(suffix: string): string {
    return `${this.base.pathname.replace(/\/$/, '')}${suffix}`;
  }

  private signed(id: string, body: string): Record<string, string> {
    const now = new Date();
    return {
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': this.webhook.sign(id, now, body),
      'user-agent': AGENT,
    };
  }
}

const text = (header: string | string[] | undefined): string | undefined => (Array.isArray(header) ? header[0] : header);

function reasonOf(error: unknown): string {
  const { code, name, message } = error as { code?: unknown; name?: unknown; message?: unknown };
  return typeof code === 'string' ? code : `${String(name)}: ${String(message)}`;
}
