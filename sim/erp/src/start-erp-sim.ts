import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Delivery } from '@tributary/seller';
import { Webhook, WebhookVerificationError } from 'standardwebhooks';
import { startAckPublisher } from './ack-publisher.ts';
import { decide, defaultErpRules, type ErpRules, type Hook } from './decide.ts';
import { ErpStore, type Ack, type ErpState } from './erp-store.ts';
import { pullPage, pullPaths } from './pull-page.ts';

/** How to run the simulated ERP. */
export interface ErpSimOptions {
  /** 0 takes a free one. */
  readonly port: number;
  /** Default 127.0.0.1. */
  readonly host?: string;
  /** `http://host:port` of the hub's gateway, where answers are published. */
  readonly gatewayUrl: string;
  /** Standard Webhooks secret, `whsec_…`. */
  readonly secret: string;
  /** The ERP's own store: a file of JSON lines, kept over restarts. */
  readonly dataFile: string;
  readonly rules?: ErpRules;
  /** `ce_source` of the answers. Default `erp`. */
  readonly source?: string;
  /** Secret with which the gateway knows that source, where it wants one. */
  readonly sourceSecret?: string;
  /** Products, stock and invoices to serve; added to the store once. */
  readonly book?: readonly Omit<Delivery, 'arrivesAt'>[];
  /** Told what a person must see. Default: standard error. */
  readonly onTrouble?: (message: string) => void;
}

/** A running simulated ERP. */
export interface ErpSim {
  readonly url: string;
  state(): ErpState;
  /** Stops taking hooks, finishes what is being written, leaves unpublished answers for the next start. */
  stop(): Promise<void>;
}

const BODY_LIMIT = 2 * 1_048_576;

/** A request that cannot be taken: the status and what to tell the sender. */
class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
  ) {
    super(message);
  }
}

/**
 * Starts the simulated ERP: `POST /hooks` (Standard Webhooks) answers 202 once the decision is on the disk, 200 for a repetition; the decision is
 * published as `erp.ack` in the background. `GET /stock`, `/stock-movements`, `/invoices`, `/products` page through its book, `GET /state` tells its
 * numbers. Throws when the port is taken, the secret is no secret or the store is broken.
 */
export async function startErpSim(options: ErpSimOptions): Promise<ErpSim> {
  const webhook = new Webhook(options.secret);
  const store = await ErpStore.open(options.dataFile);
  await store.addToBook(options.book ?? []);
  const onTrouble = options.onTrouble ?? ((message: string) => process.stderr.write(`erp-sim: ${message}\n`));
  const publisher = startAckPublisher({
    gatewayUrl: options.gatewayUrl,
    source: options.source ?? 'erp',
    sourceSecret: options.sourceSecret,
    store,
    onTrouble,
  });
  const rules = options.rules ?? defaultErpRules;

  const take = async (request: IncomingMessage): Promise<{ status: number; body: unknown }> => {
    const hook = readHook(webhook, await readBody(request), request, store);
    const { first } = await store.answerOnce(hook.id, () => answerTo(hook, rules, store));
    if (!first) return { status: 200, body: { id: hook.id, duplicate: true } };
    publisher.wake();
    return { status: 202, body: { id: hook.id, duplicate: false } };
  };

  const server = createServer((request, response) => {
    route(request, store, take)
      .catch((error: unknown) => {
        if (error instanceof Refused) return { status: error.status, body: { error: error.message } };
        onTrouble(error instanceof Error ? error.message : String(error));
        return { status: 500, body: { error: 'the ERP could not store this' } };
      })
      .then(({ status, body }) => send(response, status, body));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(options.port, options.host ?? '127.0.0.1', resolve);
  }).catch(async (error: unknown) => {
    await publisher.stop();
    await store.close();
    throw error;
  });
  const { address, port } = server.address() as AddressInfo;
  const shutDown = async (): Promise<void> => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()));
    server.closeIdleConnections();
    await publisher.stop();
    server.closeAllConnections();
    await closed;
    await store.close();
  };
  let stopped: Promise<void> | undefined;
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${port}`,
    state: () => store.state(),
    stop: () => (stopped ??= shutDown()),
  };
}

async function route(
  request: IncomingMessage,
  store: ErpStore,
  take: (request: IncomingMessage) => Promise<{ status: number; body: unknown }>,
): Promise<{ status: number; body: unknown }> {
  const url = new URL(request.url ?? '/', 'http://erp');
  if (url.pathname === '/hooks') {
    if (request.method !== 'POST') throw new Refused(405, 'hooks are posted');
    return take(request);
  }
  if (request.method !== 'GET') throw new Refused(405, 'only GET here');
  if (url.pathname === '/state') return { status: 200, body: store.state() };
  const type = pullPaths.get(url.pathname);
  if (type === undefined) throw new Refused(404, 'no such path: /hooks, /state, /stock, /stock-movements, /invoices, /products');
  const page = pullPage(store.bookOf(type), url.searchParams.get('after'), url.searchParams.get('limit'));
  if ('refused' in page) throw new Refused(400, page.refused);
  return { status: 200, body: page };
}

async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  // Not destroyed when left early: the answer goes over the same socket.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > BODY_LIMIT) throw new Refused(413, `the body is longer than ${BODY_LIMIT} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function readHook(webhook: Webhook, body: Buffer, request: IncomingMessage, store: ErpStore): Hook {
  const header = (name: string): string => String(request.headers[name] ?? '');
  const names = ['webhook-id', 'webhook-timestamp', 'webhook-signature'];
  try {
    webhook.verify(body, Object.fromEntries(names.map((name) => [name, header(name)])), { jsonParse: false });
  } catch (error) {
    if (!(error instanceof WebhookVerificationError)) throw error;
    store.badSignatures += 1;
    throw new Refused(401, error.message);
  }
  const value = parse(body);
  const { type, id, key, data } = value;
  if (typeof type !== 'string' || typeof id !== 'string' || typeof key !== 'string' || typeof data !== 'object' || data === null)
    throw new Refused(400, 'a hook holds type, id, key (texts) and data (an object)');
  if (id !== header('webhook-id')) throw new Refused(400, 'id and webhook-id differ');
  return { type, id, key, data: data as Record<string, unknown> };
}

function parse(body: Buffer): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(body.toString('utf8'));
    if (typeof value === 'object' && value !== null) return value as Record<string, unknown>;
  } catch {
    throw new Refused(400, 'the body is no JSON');
  }
  throw new Refused(400, 'the body is no object');
}

function answerTo(hook: Hook, rules: ErpRules, store: ErpStore): Ack {
  const verdict = decide(hook, rules, store.packs);
  return {
    ackId: `ack-${hook.id}`,
    subjectId: hook.id,
    subjectType: hook.type,
    subjectKey: hook.key,
    decision: verdict.decision,
    reason: verdict.decision === 'ACCEPTED' ? null : verdict.reason,
    value: verdict.decision === 'OVERRIDDEN' ? verdict.value : null,
    decidedAt: new Date().toISOString(),
    decidedBy: `rule ${verdict.rule}`,
  };
}

function send(response: ServerResponse, status: number, body: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
}
