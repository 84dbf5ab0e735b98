import type { Fault } from '@tributary/contracts';

/** One event as a request carried it, before its contract is looked at. Attributes are named as in CloudEvents 1.0. */
export interface IncomingEvent {
  readonly id: string | undefined;
  /** `ce_source`, where the form has one. */
  readonly source: string | undefined;
  /** Name of the contract: `commerce.order`. */
  readonly type: string;
  readonly time: string | undefined;
  readonly traceparent: string | undefined;
  /** JSON as parsed, or a Confluent-framed Avro record. */
  readonly data: { readonly json: unknown } | { readonly avro: Buffer };
  /** The bytes that said so. */
  readonly raw: Buffer;
  /** What is wrong with the envelope; an event with faults is not applied. */
  readonly faults: readonly Fault[];
}

/** A request as far as connectors look at it. Header names are in lower case. */
export interface Delivery {
  readonly headers: Readonly<Record<string, string | undefined>>;
  readonly body: Buffer;
}

/** The events of a request, or why the request as a whole cannot be read, with the HTTP status that says so. */
export type DeliveryReading =
  | { readonly ok: true; readonly events: readonly IncomingEvent[] }
  | { readonly ok: false; readonly status: 400 | 413 | 415 | 422; readonly faults: readonly Fault[] };

/** Most events in one request. */
export const MAX_EVENTS = 2_000;

/** A reading that refuses the whole request. */
export const refusedDelivery = (status: 400 | 413 | 415 | 422, ...faults: readonly Fault[]): DeliveryReading => ({
  ok: false,
  status,
  faults,
});
