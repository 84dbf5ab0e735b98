import type { Fault } from '@tributary/contracts';
import { MAX_EVENTS, refusedDelivery, type Delivery, type DeliveryReading, type IncomingEvent } from '../incoming-event.ts';
import { readJson } from '../json-body.ts';
import { isUtf8Charset, mediaType } from '../media-type.ts';

const ATTRIBUTES = new Set(['id', 'type', 'time', 'data']);

/**
 * Reads the hub's own JSON form: `{"type", "data", "id"?, "time"?}` or an array of them, `data` in the contract's JSON form. Without an id
 * the event is named by its document and version.
 */
export function readCanonical({ headers, body }: Delivery): DeliveryReading {
  const { type, charset } = mediaType(headers['content-type']);
  if (type !== 'application/json' || !isUtf8Charset(charset))
    return refusedDelivery(415, { field: 'content-type', reason: 'envelope', detail: 'must be application/json in UTF-8' });
  const json = readJson(body);
  if (!json.ok) return refusedDelivery(400, ...json.faults);
  const { value, elements } = json.value;
  if (!Array.isArray(value)) return { ok: true, events: [canonicalEvent(value, body, headers.traceparent)] };
  if (value.length > MAX_EVENTS)
    return refusedDelivery(413, { field: '', reason: 'limit', detail: `${value.length} events, at most ${MAX_EVENTS}` });
  return {
    ok: true,
    events: value.map((item: unknown, index) =>
      canonicalEvent(item, body.subarray(elements?.[index]?.start, elements?.[index]?.end), headers.traceparent),
    ),
  };
}

/** One event in canonical form: an element of a canonical body, or what a mapping made of a vendor's payload. */
export function canonicalEvent(item: unknown, raw: Buffer, traceparent: string | undefined): IncomingEvent {
  const none = { id: undefined, source: undefined, type: '', time: undefined, traceparent, data: { json: null }, raw };
  if (typeof item !== 'object' || item === null || Array.isArray(item))
    return { ...none, faults: [{ field: '', reason: 'wrong-type', detail: 'an event must be a JSON object' }] };
  const event = item as Record<string, unknown>;
  const faults: Fault[] = [];
  for (const name of Object.keys(event))
    if (!ATTRIBUTES.has(name))
      faults.push({ field: name.slice(0, 60), reason: 'unknown-field', detail: 'an event has id, type, time and data' });
  const text = (name: string, required: boolean): string | undefined => {
    const value = event[name];
    if (value === undefined || value === null) {
      if (required) faults.push({ field: name, reason: 'missing-field', detail: 'is required' });
      return undefined;
    }
    if (typeof value === 'string' && value !== '' && value.length <= 256) return value;
    faults.push({ field: name, reason: 'wrong-type', detail: 'must be text of 1 to 256 characters' });
    return undefined;
  };
  const parts = { id: text('id', false), type: text('type', true) ?? '', time: text('time', false) };
  if (event.data === undefined) faults.push({ field: 'data', reason: 'missing-field', detail: 'is required' });
  return { ...none, ...parts, data: { json: event.data ?? null }, faults };
}
