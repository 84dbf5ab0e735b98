import { formatMicros } from '@tributary/contracts';
import { derivedId, type HubEvent, type OutboxEvent } from '@tributary/persistence';
import { SOURCE } from './settle-identity.ts';

/** An event that follows from another one: its id and time are derived from the cause. Its key's number is `seq`. */
export function publishedEvent<T>(
  contract: { readonly name: string },
  cause: HubEvent,
  type: string,
  n: number,
  key: string,
  seq: bigint,
  value: (seq: bigint) => T | null,
): OutboxEvent {
  const { envelope } = cause;
  const event = {
    contract: contract as OutboxEvent['contract'],
    id: derivedId(envelope.source, envelope.id, type, n),
    source: SOURCE,
    key,
    time: timeText(timeOf(cause)),
    seq,
    value,
  };
  return envelope.traceparent === undefined ? event : { ...event, traceparent: envelope.traceparent };
}

/** When an event happened in the world, microseconds. */
export const timeOf = (event: HubEvent): number => (event.contract as unknown as { time(value: unknown): number }).time(event.value);

/** The last time written: most events are the cause of two that are published. */
let last = { micros: Number.NaN, text: '' };

function timeText(micros: number): string {
  if (micros !== last.micros) last = { micros, text: formatMicros(micros) };
  return last.text;
}
