import { textFault } from './text-check.ts';
import type { Checked, Fault } from './reasons.ts';

/** CloudEvents 1.0 attributes that travel as `ce_*` Kafka headers (CloudEvents Kafka binding, binary mode). */
export interface Envelope {
  /** With `source` the identity of the event; a retry keeps it. */
  readonly id: string;
  /** The system that speaks: `shop-eu`, `erp`. */
  readonly source: string;
  /** The contract's name: `commerce.order`. */
  readonly type: string;
  /** RFC 3339 time at which the event was made. */
  readonly time: string;
  readonly subject?: string;
  /** W3C trace context of whoever made the event. */
  readonly traceparent?: string;
  /** Per-key sequence number of hub events. */
  readonly seq?: bigint;
}

/** Longest accepted attribute. */
const LIMIT = 256;

/** Writes the Kafka headers of an envelope. */
export function toHeaders(envelope: Envelope): Record<string, string> {
  const headers: Record<string, string> = {
    ce_specversion: '1.0',
    ce_id: envelope.id,
    ce_source: envelope.source,
    ce_type: envelope.type,
    ce_time: envelope.time,
    'content-type': 'application/vnd.confluent.avro',
  };
  if (envelope.subject !== undefined) headers.ce_subject = envelope.subject;
  if (envelope.seq !== undefined) headers.ce_seq = envelope.seq.toString();
  if (envelope.traceparent !== undefined) headers.traceparent = envelope.traceparent;
  return headers;
}

/** Reads the envelope from Kafka headers (values are bytes, text, or lists of them as clients give them). */
export function fromHeaders(headers: Readonly<Record<string, unknown>> | undefined): Checked<Envelope> {
  const faults: Fault[] = [];
  const need = (name: string): string => {
    const text = headerText(headers?.[name]);
    if (text === undefined || text === '') faults.push({ field: name, reason: 'envelope', detail: 'header is missing' });
    else if (text.length > LIMIT) faults.push({ field: name, reason: 'envelope', detail: `header is longer than ${LIMIT}` });
    else if (textFault(text, true)) faults.push({ field: name, reason: 'envelope', detail: 'header holds text that is not allowed' });
    return text ?? '';
  };
  const value = { id: need('ce_id'), source: need('ce_source'), type: need('ce_type'), time: need('ce_time') };
  if (faults.length > 0) return { ok: false, faults };
  const traceparent = headerText(headers?.traceparent);
  const seq = headerText(headers?.ce_seq);
  return {
    ok: true,
    value: {
      ...value,
      ...(isTrace(traceparent) ? { traceparent } : {}),
      ...(seq !== undefined && /^\d{1,18}$/.test(seq) ? { seq: BigInt(seq) } : {}),
    },
  };
}

/** What cannot be one starts a new trace; it is no reason to refuse an event, and must not reach a column. */
const isTrace = (text: string | undefined): text is string =>
  text !== undefined && text.length <= LIMIT && textFault(text, true) === undefined;

function headerText(raw: unknown): string | undefined {
  const value = Array.isArray(raw) ? raw[0] : raw;
  if (typeof value === 'string') return value;
  return Buffer.isBuffer(value) ? value.toString('utf8') : undefined;
}
