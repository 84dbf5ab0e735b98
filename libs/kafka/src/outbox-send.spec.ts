import { describe, expect, it } from '@jest/globals';
import type { PendingRow } from '@tributary/persistence';
import { headersOf } from './outbox-send.ts';
import { encodeProduce } from './produce-request.ts';

const row: PendingRow = {
  sequence: 1n,
  day: '2026-01-01',
  id: '0d6f2f3c-0b52-5b1e-8f4e-6d0c5e3f9a10',
  topic: 'customer.profile.v1',
  key: 'k',
  type: 'customer.profile',
  payload: Buffer.from([0, 1, 255]),
  seq: 9_007_199_254_740_993n,
  source: 'tributary/profile',
  time: '2026-01-01T00:00:00.250Z',
  traceparent: null,
  headers: null,
  held: false,
};
/** A row as every one was written before the columns were there. */
const old = (json: string): PendingRow => ({
  ...row,
  source: null,
  time: null,
  headers: JSON.parse(json) as Record<string, string>,
});
const wire = (one: PendingRow): string =>
  encodeProduce(
    {
      acks: -1,
      timeout: 1,
      topicData: [
        { topic: one.topic, partitions: [{ partition: 0, messages: [{ key: one.key, value: one.payload, headers: headersOf(one) }] }] },
      ],
    },
    1_750_000_000_000,
  ).toString('latin1');
const OLD =
  '{"ce_specversion":"1.0","ce_id":"0d6f2f3c-0b52-5b1e-8f4e-6d0c5e3f9a10","ce_source":"tributary/profile","ce_type":"customer.profile","ce_time":"2026-01-01T00:00:00.250Z","content-type":"application/vnd.confluent.avro","ce_seq":"9007199254740993"}';
/** A header: a name and a text behind their lengths, in zig-zag. */
const header = (name: string, text: string): string =>
  String.fromCharCode(name.length * 2) + name + String.fromCharCode(text.length * 2) + text;

describe('headers of an outbox row on the wire', () => {
  it('are these bytes', () => {
    expect(wire(row)).toContain(
      '\x0e' +
        header('ce_specversion', '1.0') +
        header('ce_id', row.id) +
        header('ce_source', 'tributary/profile') +
        header('ce_type', 'customer.profile') +
        header('ce_time', '2026-01-01T00:00:00.250Z') +
        header('content-type', 'application/vnd.confluent.avro') +
        header('ce_seq', '9007199254740993'),
    );
    expect(wire({ ...row, traceparent: '00-ab-cd-01' })).toContain(
      header('ce_seq', '9007199254740993') + header('traceparent', '00-ab-cd-01'),
    );
  });

  it('are those of the same row written before the columns were there', () => {
    expect(wire(row)).toBe(wire(old(OLD)));
    const trace = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
    expect(wire({ ...row, traceparent: trace })).toBe(wire(old(`${OLD.slice(0, -1)},"traceparent":"${trace}"}`)));
  });

  it('of a dead letter are its own and nothing else', () => {
    const letter = old('{"dlt_group":"profile","dlt_reason":"money"}');
    expect(headersOf(letter)).toEqual({ dlt_group: 'profile', dlt_reason: 'money' });
    expect(wire(letter)).toContain('\x04' + header('dlt_group', 'profile') + header('dlt_reason', 'money'));
  });
});
