import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { readCloudEvents } from './read-cloudevents.ts';
import { writeBatch, writeBinary, writeStructured, type OutgoingEvent } from './write-cloudevents.ts';

const attribute = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 40 }).filter((text) => Buffer.from(text).toString() === text);
const event: fc.Arbitrary<OutgoingEvent> = fc.record(
  {
    id: attribute,
    source: attribute,
    type: fc.constantFrom('commerce.order', 'erp.stock'),
    time: fc.date({ min: new Date(0), max: new Date('9999-01-01'), noInvalidDate: true }).map((date) => date.toISOString()),
    traceparent: fc.constant('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01'),
    data: fc.oneof(
      fc.dictionary(fc.constantFrom('a', 'b'), fc.string(), { noNullPrototype: true }).map((json) => ({ json })),
      fc.uint8Array({ maxLength: 30 }).map((avro) => ({ avro: Buffer.from(avro) })),
    ),
  },
  { requiredKeys: ['id', 'source', 'type', 'data'] },
);
const events = (message: { headers: Readonly<Record<string, string>>; body: Buffer }) => {
  const reading = readCloudEvents(message);
  if (!reading.ok) throw new Error(JSON.stringify(reading.faults));
  return reading.events.map(({ id, source, type, time, traceparent, data, faults }) => ({
    faults,
    ...JSON.parse(JSON.stringify({ id, source, type, time, traceparent, data })),
  })) as unknown[];
};
const expected = (sent: OutgoingEvent) => ({ faults: [], ...(JSON.parse(JSON.stringify(sent)) as object) });

describe('CloudEvents over HTTP', () => {
  it.each([
    ['binary', writeBinary],
    ['structured', writeStructured],
  ])('%s mode reads what it wrote', (_mode, write) => {
    fc.assert(
      fc.property(event, (sent) => expect(events(write(sent))).toEqual([expected(sent)])),
      { numRuns: 150 },
    );
  });

  it('batched mode reads what it wrote, each event with its own bytes', () => {
    fc.assert(
      fc.property(fc.array(event, { maxLength: 5 }), (sent) => {
        const message = writeBatch(sent);
        expect(events(message)).toEqual(sent.map(expected));
        const reading = readCloudEvents(message);
        const raws = reading.ok ? reading.events.map(({ raw }) => (JSON.parse(raw.toString()) as { id: string }).id) : [];
        expect(raws).toEqual(sent.map(({ id }) => id));
      }),
      { numRuns: 100 },
    );
  });

  it('writes only header bytes that HTTP allows', () => {
    fc.assert(fc.property(event, (sent) => expect(Object.values(writeBinary(sent).headers).join('')).toMatch(/^[\x20-\x7e]*$/)));
  });

  const structured = { 'content-type': 'application/cloudevents+json' };
  it.each([
    ['text/plain', { 'content-type': 'text/plain' }, 'x', 415, 'content-type'],
    ['no content type', {}, '{}', 415, 'content-type'],
    ['another charset', { 'content-type': 'application/cloudevents+json; charset=utf-16' }, '{}', 415, 'content-type'],
    ['binary XML', { 'content-type': 'application/xml', 'ce-specversion': '1.0' }, '<a/>', 415, 'content-type'],
    ['cut short', structured, '{"id":', 400, ''],
    ['a list as one event', structured, '[]', 400, ''],
    ['an object as a batch', { 'content-type': 'application/cloudevents-batch+json' }, '{}', 400, ''],
    ['2,001 events', { 'content-type': 'application/cloudevents-batch+json' }, JSON.stringify(Array(2001).fill({})), 413, ''],
  ])('refuses the whole request: %s', (_name, headers, body, status, field) => {
    expect(readCloudEvents({ headers, body: Buffer.from(body) })).toMatchObject({ ok: false, status, faults: [{ field }] });
  });

  const good = { specversion: '1.0', id: '1', source: 'shop', type: 'erp.stock', data: {} };
  it.each([
    ['id', { ...good, id: '' }],
    ['id', { ...good, id: 'x'.repeat(300) }],
    ['source', { ...good, source: 5 }],
    ['type', { ...good, type: undefined }],
    ['specversion', { ...good, specversion: '0.3' }],
    ['time', { ...good, time: '2026-03-01' }],
    ['data', { ...good, data: undefined }],
    ['data_base64', { ...good, data: undefined, data_base64: '***' }],
    ['data_base64', { ...good, datacontenttype: 'application/vnd.confluent.avro' }],
    ['', 'text'],
  ])('names the fault of an envelope: %s', (field, item) => {
    const reading = readCloudEvents({ headers: structured, body: Buffer.from(JSON.stringify(item)) });
    expect(reading.ok && reading.events[0]?.faults.map((fault) => fault.field)).toEqual([field]);
  });
});
