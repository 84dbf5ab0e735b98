import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Webhook } from 'standardwebhooks';

/** A webhook as the ERP saw it. */
export interface Seen {
  readonly id: string;
  readonly key: string;
  readonly seq: number;
  readonly body: string;
  readonly headers: IncomingMessage['headers'];
  readonly at: number;
}

/** What the ERP answers: a status with headers, or silence, or a broken connection. */
export type Answer = number | { readonly status: number; readonly headers: Record<string, string> } | 'silence' | 'hang-up';

/** An ERP over real HTTP whose answers a test chooses. Verifies every signature with the Standard Webhooks library. */
export interface FakeErp {
  readonly url: string;
  readonly seen: Seen[];
  /** Signatures that did not verify. */
  badSignatures: number;
  mostAtOnce: number;
  /** Milliseconds it thinks about each webhook. */
  delayMs: number;
  answer: (hook: Seen) => Answer;
  /** Answers to GET by path and query; 404 without. */
  page: ((path: string, query: URLSearchParams) => { status: number; body: string }) | undefined;
  close(): Promise<void>;
}

/** A secret of 32 bytes. */
export const secret = `whsec_${Buffer.alloc(32, 7).toString('base64')}`;

export async function startFakeErp(port = 0): Promise<FakeErp> {
  const webhook = new Webhook(secret);
  let now = 0;
  const erp: Omit<FakeErp, 'url' | 'close'> = { seen: [], badSignatures: 0, mostAtOnce: 0, delayMs: 0, answer: () => 202, page: undefined };
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      now += 1;
      erp.mostAtOnce = Math.max(erp.mostAtOnce, now);
      response.on('close', () => (now -= 1));
      handle(request, response, Buffer.concat(chunks).toString());
    });
  });
  const handle = (request: IncomingMessage, response: ServerResponse, body: string): void => {
    try {
      webhook.verify(body, request.headers as Record<string, string>, { jsonParse: false });
    } catch {
      erp.badSignatures += 1;
    }
    const url = new URL(request.url ?? '/', 'http://erp');
    if (request.method === 'GET') {
      const page = erp.page?.(url.pathname, url.searchParams) ?? { status: 404, body: '' };
      response.writeHead(page.status, { 'content-type': 'application/json' }).end(page.body);
      return;
    }
    const { id, key, seq } = JSON.parse(body) as { id: string; key: string; seq: string };
    const hook: Seen = { id, key, seq: Number(seq), body, headers: request.headers, at: performance.now() };
    erp.seen.push(hook);
    const answer = erp.answer(hook);
    if (answer === 'silence') return;
    if (erp.delayMs > 0) setTimeout(() => give(answer, request, response), erp.delayMs);
    else give(answer, request, response);
  };
  const give = (answer: Exclude<Answer, 'silence'>, request: IncomingMessage, response: ServerResponse): void => {
    if (answer === 'hang-up') request.socket.destroy();
    else if (typeof answer === 'number') response.writeHead(answer).end();
    else response.writeHead(answer.status, answer.headers).end();
  };
  await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
  return Object.assign(erp, {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    close: async () => {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeAllConnections();
      await closed;
    },
  });
}
