import { AVRO, BATCH, JSON_TYPE, STRUCTURED } from './media-types.ts';
import { encodeHeader } from './header-text.ts';

/** One event to send. `data` is the contract's JSON form, or a Confluent-framed Avro record. */
export interface OutgoingEvent {
  readonly id: string;
  readonly source: string;
  readonly type: string;
  readonly time?: string;
  readonly traceparent?: string;
  readonly data: { readonly json: unknown } | { readonly avro: Buffer };
}

/** Headers and body of a request. */
export interface HttpMessage {
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

/** Binary mode: attributes as `ce-*` headers, the data as the body. */
export function writeBinary(event: OutgoingEvent): HttpMessage {
  const headers: Record<string, string> = { 'content-type': 'avro' in event.data ? AVRO : JSON_TYPE };
  for (const [name, value] of Object.entries(attributesOf(event))) headers[`ce-${name}`] = encodeHeader(value);
  return { headers, body: 'avro' in event.data ? event.data.avro : bytes(event.data.json) };
}

/** Structured mode: one JSON object. */
export const writeStructured = (event: OutgoingEvent): HttpMessage => ({
  headers: { 'content-type': STRUCTURED },
  body: bytes(member(event)),
});

/** Batched mode: a JSON array. */
export const writeBatch = (events: readonly OutgoingEvent[]): HttpMessage => ({
  headers: { 'content-type': BATCH },
  body: bytes(events.map(member)),
});

function attributesOf({ id, source, type, time, traceparent }: OutgoingEvent): Record<string, string> {
  return {
    specversion: '1.0',
    id,
    source,
    type,
    ...(time === undefined ? {} : { time }),
    ...(traceparent === undefined ? {} : { traceparent }),
  };
}

const member = (event: OutgoingEvent): unknown =>
  'avro' in event.data
    ? { ...attributesOf(event), datacontenttype: AVRO, data_base64: event.data.avro.toString('base64') }
    : { ...attributesOf(event), datacontenttype: JSON_TYPE, data: event.data.json };

const bytes = (value: unknown): Buffer => Buffer.from(JSON.stringify(value), 'utf8');
