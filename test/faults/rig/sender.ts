import { contentOf } from '../oracle/encode-fact.ts';
import type { Fact } from '../oracle/fact.ts';
import type { CellRig } from './cell-rig.ts';

/** One attempt to post an event. */
export interface Attempt {
  readonly fact: Fact;
  /** HTTP status; or the connection was refused, or broke before an answer, or nothing came in time. */
  readonly status: number | 'refused' | 'broken' | 'silent';
  /** What the hub says became of the event. */
  readonly said: string | undefined;
  readonly retryAfter: string | null;
  readonly began: number;
  readonly ended: number;
}

/** How to post. */
export interface Posting {
  /** Requests at once; facts of one key take turns. */
  readonly lanes?: number;
  readonly perSecond?: number;
}

const SILENT_MS = 10_000;
const REST_MS = 100;
const TIME = '2026-03-01T00:00:00Z';

/** Facts that a gateway would take, each key's in order. */
export const acceptable = (facts: readonly Fact[]): Fact[] =>
  facts.filter((fact) => fact.spoilt === undefined && !fact.documentId.startsWith('twice'));

/** Key of the topic under which a fact is published, with the topic. */
export function keyOf(fact: Fact): string {
  const { contract, value } = contentOf(fact);
  return `${contract.topic} ${contract.key(value as never, fact.source)}`;
}

/** A system outside that posts CloudEvents and, as such systems do, sends an event again until it hears 2xx. */
export class Sender {
  readonly attempts: Attempt[] = [];
  /** Facts in the order in which each was first sent; an event that is sent twice stands here once. */
  readonly sent: Fact[] = [];
  private readonly known = new Set<string>();

  constructor(
    private readonly rig: CellRig,
    /** Where the gateway is now. */
    private readonly address: () => string,
  ) {}

  /** Posts facts until every one was taken. They become the oracle's input. */
  async post(facts: readonly Fact[], { lanes = 8, perSecond }: Posting = {}): Promise<void> {
    const began = performance.now();
    this.rig.history.note('posting', { from: facts[0]?.n, to: facts.at(-1)?.n });
    const queues: { readonly fact: Fact; readonly due: number }[][] = Array.from({ length: lanes }, () => []);
    const places = new Map<string, number>();
    facts.forEach((fact, index) => {
      const key = keyOf(fact);
      const place = places.get(key) ?? places.size % lanes;
      places.set(key, place);
      queues[place]?.push({ fact, due: perSecond === undefined ? began : began + (index * 1000) / perSecond });
    });
    await Promise.all(
      queues.map(async (queue) => {
        for (const { fact, due } of queue) {
          await this.rig.pause(Math.max(0, due - performance.now()));
          await this.insist(fact);
        }
      }),
    );
    this.rig.history.note('all taken', { count: facts.length });
  }

  /** Attempts that began and ended within a span of `performance.now()`. */
  within(from: number, to: number): Attempt[] {
    return this.attempts.filter(({ began, ended }) => began >= from && ended <= to);
  }

  /** Sends one event once. */
  async once(fact: Fact, address = this.address()): Promise<Attempt> {
    this.note(fact);
    const { contract, value } = contentOf(fact);
    const began = performance.now();
    const outcome = await post(address, {
      specversion: '1.0',
      id: fact.eventId,
      source: fact.source,
      type: contract.name,
      time: TIME,
      data: contract.toJson(value as never),
    });
    const attempt = { fact, began, ended: performance.now(), ...outcome };
    this.attempts.push(attempt);
    if (typeof attempt.status !== 'number' || attempt.status >= 300)
      this.rig.history.note('not taken', { n: fact.n, status: attempt.status, ms: Math.round(attempt.ended - began) });
    return attempt;
  }

  private async insist(fact: Fact): Promise<void> {
    for (;;) {
      const { status } = await this.once(fact);
      if (typeof status === 'number' && status < 300) return;
      if (typeof status === 'number' && status < 500) throw new Error(`the gateway refuses fact ${fact.n}: ${status}`);
      await this.rig.pause(REST_MS);
    }
  }

  private note(fact: Fact): void {
    const name = `${fact.source} ${fact.eventId}`;
    if (this.known.has(name)) return;
    this.known.add(name);
    this.sent.push(fact);
    this.rig.facts.push(fact);
  }
}

async function post(address: string, event: object): Promise<Pick<Attempt, 'status' | 'said' | 'retryAfter'>> {
  try {
    const answer = await fetch(`${address}/events`, {
      method: 'POST',
      // A connection each: one that is kept may be closed by the server at the moment it is used again, which says nothing.
      headers: { 'content-type': 'application/cloudevents+json', connection: 'close' },
      body: JSON.stringify(event),
      signal: AbortSignal.timeout(SILENT_MS),
    });
    const text = await answer.text();
    const said = answer.ok ? (JSON.parse(text) as { events: readonly { status: string }[] }).events[0]?.status : undefined;
    return { status: answer.status, said, retryAfter: answer.headers.get('retry-after') };
  } catch (error) {
    const { name, cause } = error as Error & { cause?: { code?: string } };
    const status = name === 'TimeoutError' ? 'silent' : cause?.code === 'ECONNREFUSED' ? 'refused' : 'broken';
    return { status, said: undefined, retryAfter: null };
  }
}
