import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { kafkajsInternals, type RequestQueue } from './kafkajs-internals.ts';
import { scheduleCheckPendingRequests } from './request-queue-timer.ts';

const require = createRequire(import.meta.url);
const StockQueue = require('kafkajs/src/network/requestQueue') as new (options: object) => RequestQueue & Queue;
interface Queue {
  push(request: object): void;
  fulfillRequest(response: object): void;
  maybeThrottle(milliseconds: number): void;
  destroy(): void;
}
const silent = { debug: () => undefined, warn: () => undefined };

/** A queue of one request in flight, what it sends, and a way to answer. */
function queue(): { queue: RequestQueue & Queue; sent: number[]; push(id: number): void; answer(id: number): void } {
  class RepairedQueue extends StockQueue {
    override scheduleCheckPendingRequests = scheduleCheckPendingRequests;
  }
  const sent: number[] = [];
  const made = new RepairedQueue({ maxInFlightRequests: 1, requestTimeout: 1_000, clientId: 'c', broker: 'b', logger: silent });
  return {
    queue: made,
    sent,
    push: (id) =>
      made.push({
        entry: { correlationId: id, resolve: () => undefined, reject: () => undefined },
        expectResponse: true,
        sendRequest: () => void sent.push(id),
      }),
    answer: (id) => made.fulfillRequest({ correlationId: id, payload: Buffer.alloc(0), size: 0 }),
  };
}

describe('the repaired request queue', () => {
  it('sets no timer while nothing waits, where the stock one sets one after every response', () => {
    const { queue: repaired, push, answer } = queue();
    push(1);
    answer(1);
    expect(repaired.throttleCheckTimeoutId).toBe(null);
    const stock = new StockQueue({ maxInFlightRequests: 1, requestTimeout: 1_000, clientId: 'c', broker: 'b', logger: silent });
    stock.checkPendingRequests();
    expect(stock.throttleCheckTimeoutId).not.toBe(null);
    stock.destroy();
  });

  it('sends what waits for a free slot at the response before it, in order', () => {
    const { sent, push, answer, queue: repaired } = queue();
    for (const id of [1, 2, 3]) push(id);
    expect(sent).toEqual([1]);
    answer(1);
    expect(sent).toEqual([1, 2]);
    answer(2);
    expect(sent).toEqual([1, 2, 3]);
    repaired.destroy();
  });

  it('sends what waits for the end of a throttling without any response', async () => {
    const { sent, push, queue: repaired } = queue();
    const until = Date.now() + 60;
    repaired.maybeThrottle(60);
    push(1);
    expect(sent).toEqual([]);
    while (sent.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    expect(Date.now()).toBeGreaterThanOrEqual(until - 1);
    repaired.destroy();
  });
});

describe('the inside of kafkajs', () => {
  const other = (version: string) => (path: string) => (path === 'package.json' ? { version } : require(`kafkajs/${path}`));

  it('is refused in every version but the one that was read', () => {
    expect(() => kafkajsInternals(other('2.2.5'))).toThrow(/^kafkajs 2\.2\.5 is installed, .* docs\/adr\/0009/);
    expect(kafkajsInternals(other('2.2.4')).RequestQueue).toBe(StockQueue);
  });

  it('is refused when a part is missing', () => {
    const hollow = (path: string): unknown => (path === 'package.json' ? { version: '2.2.4' } : class {});
    expect(() => kafkajsInternals(hollow)).toThrow('not as published');
  });
});
