import type { Delivery, DeliveryReading } from '@tributary/connectors';
import type { Fault } from '@tributary/contracts';
import type { Database, StepHook } from '@tributary/persistence';
import { admitEvent, type AdmittedEvent, type RefusedEvent } from './admit-event.ts';
import { storeEvents, type IngressStatus } from './ingress-store.ts';
import type { EventFault } from './problem.ts';

/** The answer to a request: what became of each event, and everything that is wrong with the refused ones. */
export interface IngestAnswer {
  readonly accepted: number;
  readonly duplicate: number;
  readonly conflict: number;
  readonly refused: number;
  readonly events: readonly {
    readonly index: number;
    readonly id: string | null;
    readonly type: string | null;
    readonly status: IngressStatus;
  }[];
  readonly faults: readonly EventFault[];
}

/** What an ingest needs of the outside. */
export interface IngestDeps {
  readonly database: Database;
  /** The clock, milliseconds since 1970. */
  readonly now: () => number;
  /** W3C trace context to give to events that have none. */
  readonly traceparent: string | undefined;
  /** Headers of the request. */
  readonly headers: Delivery['headers'];
  readonly onStep: StepHook;
}

/**
 * Takes the events of a request: decides on each, stores all of them in one transaction, then answers. What is refused is stored too, raw.
 * @param sourceOf the source an event counts under.
 */
export async function ingestEvents(
  reading: Extract<DeliveryReading, { ok: true }>,
  sourceOf: (index: number) => string,
  { database, now, traceparent, headers, onStep }: IngestDeps,
): Promise<IngestAnswer> {
  const nowMicros = now() * 1000;
  const decided = reading.events.map((event, index) =>
    admitEvent(event.traceparent === undefined ? { ...event, traceparent } : event, index, sourceOf(index), nowMicros),
  );
  const admitted = decided.filter((event): event is AdmittedEvent => 'contract' in event);
  const refused = decided.filter((event): event is RefusedEvent => !('contract' in event));
  await onStep('ingress-received');
  const statuses = await storeEvents(database, admitted, refused, headers);
  await onStep('ingress-stored');
  const statusOf = new Map(admitted.map((event, at) => [event.index, statuses[at] ?? 'refused']));
  const events = decided.map((event) => ({
    index: event.index,
    id: event.id ?? null,
    type: 'contract' in event ? event.contract.name : event.type || null,
    status: statusOf.get(event.index) ?? ('refused' as const),
  }));
  const count = (status: IngressStatus): number => events.filter((event) => event.status === status).length;
  return {
    accepted: count('accepted'),
    duplicate: count('duplicate'),
    conflict: count('conflict'),
    refused: count('refused'),
    events,
    faults: [
      ...refused.flatMap(({ index, faults }) => faults.map((fault) => ({ index, ...fault }))),
      ...events.filter(({ status }) => status === 'conflict').map(({ index }) => ({ index, ...CONFLICT })),
    ],
  };
}

const CONFLICT: Fault = { field: 'id', reason: 'conflict', detail: 'this id was accepted before with other content, which stays in force' };

/** Keeps the bytes of a request that could not be read at all, with the reasons. */
export async function keepUnreadable(
  database: Database,
  source: string,
  { body, headers }: Delivery,
  faults: readonly Fault[],
): Promise<void> {
  await storeEvents(database, [], [{ index: 0, source, id: undefined, type: '', faults, raw: body }], headers);
}

/** 202 when everything is in the hub, 422 when something was refused, 409 when something is in conflict and nothing refused. */
export function answerStatus(answer: IngestAnswer, refusedStatus: 202 | 422): number {
  if (answer.refused > 0) return refusedStatus;
  return answer.conflict > 0 ? (refusedStatus === 202 ? 202 : 409) : 202;
}

/** The answer for a body of which no event could be read. */
export const refusedWhole = (faults: readonly Fault[]): IngestAnswer => ({
  accepted: 0,
  duplicate: 0,
  conflict: 0,
  refused: 1,
  events: [{ index: 0, id: null, type: null, status: 'refused' }],
  faults: faults.map((fault) => ({ index: 0, ...fault })),
});
