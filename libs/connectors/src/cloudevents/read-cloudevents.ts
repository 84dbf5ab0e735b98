import type { Fault } from '@tributary/contracts';
import { MAX_EVENTS, refusedDelivery, type Delivery, type DeliveryReading, type IncomingEvent } from '../incoming-event.ts';
import { readJson } from '../json-body.ts';
import { isUtf8Charset, mediaType } from '../media-type.ts';
import { decodeHeader } from './header-text.ts';
import { AVRO, BATCH, JSON_TYPE, STRUCTURED } from './media-types.ts';

type Attributes = Readonly<Record<string, unknown>>;

/** Longest attribute that is accepted. */
const LIMIT = 256;
const TIME = /^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})$/;

/**
 * Reads a request of the CloudEvents 1.0 HTTP binding: binary (`ce-*` headers, the body is the data, JSON or Confluent-framed Avro),
 * structured (`application/cloudevents+json`) or batched (`application/cloudevents-batch+json`). Avro travels as `data_base64` in the
 * two JSON forms. Faults of an envelope go with their event; faults of the request refuse it whole.
 */
export function readCloudEvents(delivery: Delivery): DeliveryReading {
  const { type, charset } = mediaType(delivery.headers['content-type']);
  if (!isUtf8Charset(charset)) return refusedDelivery(415, fault('content-type', 'must be UTF-8'));
  if (type === STRUCTURED || type === BATCH) return readJsonForm(delivery.body, type === BATCH);
  if (delivery.headers['ce-specversion'] === undefined)
    return refusedDelivery(
      415,
      fault(
        'content-type',
        `is ${type === '' ? 'missing' : 'none of the CloudEvents forms'}: send ce-* headers, ${STRUCTURED} or ${BATCH}`,
      ),
    );
  if (type !== JSON_TYPE && type !== AVRO)
    return refusedDelivery(415, fault('content-type', `must be ${JSON_TYPE} or ${AVRO} in binary mode`));
  const attributes: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(delivery.headers))
    if (name.startsWith('ce-') && value !== undefined) attributes[name.slice(3)] = decodeHeader(value);
  attributes.traceparent ??= delivery.headers.traceparent;
  if (type === AVRO) return { ok: true, events: [event(attributes, { avro: delivery.body }, delivery.body)] };
  const json = readJson(delivery.body);
  if (!json.ok) return refusedDelivery(400, ...json.faults);
  return { ok: true, events: [event(attributes, { json: json.value.value }, delivery.body)] };
}

function readJsonForm(body: Buffer, batch: boolean): DeliveryReading {
  const json = readJson(body);
  if (!json.ok) return refusedDelivery(400, ...json.faults);
  const { value, elements } = json.value;
  if (!batch) return Array.isArray(value) ? refusedDelivery(400, notOne) : { ok: true, events: [fromMember(value, body)] };
  if (!Array.isArray(value)) return refusedDelivery(400, { field: '', reason: 'wrong-type', detail: 'a batch must be a JSON array' });
  if (value.length > MAX_EVENTS)
    return refusedDelivery(413, { field: '', reason: 'limit', detail: `${value.length} events, at most ${MAX_EVENTS}` });
  return {
    ok: true,
    events: value.map((item: unknown, index) => fromMember(item, body.subarray(elements?.[index]?.start, elements?.[index]?.end))),
  };
}

const notOne: Fault = { field: '', reason: 'wrong-type', detail: 'one event must be a JSON object; send a list as a batch' };

function fromMember(item: unknown, raw: Buffer): IncomingEvent {
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    return {
      id: undefined,
      source: undefined,
      type: '',
      time: undefined,
      traceparent: undefined,
      data: { json: null },
      raw,
      faults: [notOne],
    };
  const { data, data_base64: base64, ...attributes } = item as Record<string, unknown>;
  const isAvro = mediaType(textOf(attributes.datacontenttype)).type === AVRO;
  if (base64 === undefined) {
    const missing = data === undefined ? [{ field: 'data', reason: 'missing-field', detail: 'is required' } as const] : [];
    const wrong = isAvro ? [{ field: 'data_base64', reason: 'missing-field', detail: `${AVRO} must be sent in data_base64` } as const] : [];
    return event(attributes, { json: data }, raw, [...missing, ...wrong]);
  }
  const bytes = typeof base64 === 'string' && /^[A-Za-z0-9+/]*={0,2}$/.test(base64) ? Buffer.from(base64, 'base64') : undefined;
  if (bytes === undefined)
    return event(attributes, { json: null }, raw, [{ field: 'data_base64', reason: 'wrong-type', detail: 'is no base64' }]);
  if (isAvro) return event(attributes, { avro: bytes }, raw);
  const json = readJson(bytes);
  return json.ok ? event(attributes, { json: json.value.value }, raw) : event(attributes, { json: null }, raw, json.faults);
}

function event(attributes: Attributes, data: IncomingEvent['data'], raw: Buffer, more: readonly Fault[] = []): IncomingEvent {
  const faults: Fault[] = [];
  const required = (name: string): string | undefined => {
    const text = textOf(attributes[name]);
    if (text === undefined || text === '') faults.push({ field: name, reason: 'envelope', detail: 'is required, as text' });
    else if (text.length > LIMIT) faults.push({ field: name, reason: 'envelope', detail: `is longer than ${LIMIT} characters` });
    return text;
  };
  if (attributes.specversion !== '1.0') faults.push(fault('specversion', 'must be 1.0'));
  const parts = { id: required('id'), source: required('source'), type: required('type') ?? '' };
  const time = textOf(attributes.time);
  if (attributes.time !== undefined && (time === undefined || !TIME.test(time)))
    faults.push({ field: 'time', reason: 'time', detail: 'must be RFC 3339, as 2026-03-01T09:30:00Z' });
  return { ...parts, time, traceparent: textOf(attributes.traceparent), data, raw, faults: [...faults, ...more] };
}

const fault = (field: string, detail: string): Fault => ({ field, reason: 'envelope', detail });
const textOf = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);
