import { createRequire } from 'node:module';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { BATCH_LIMITS, readBatch, type FetchedRecord } from './record-batch.ts';

// The encoder and the decoder of kafkajs, which know nothing of ours.
const require = createRequire(import.meta.url);
const { RecordBatch } = require('kafkajs/src/protocol/recordBatch/v0') as { RecordBatch: (batch: object) => Promise<{ buffer: Buffer }> };
const encodeRecord = require('kafkajs/src/protocol/recordBatch/record/v0') as (record: object) => object;
const stockDecode = require('kafkajs/src/protocol/recordBatch/v0/decoder') as (decoder: object) => Promise<{ records: FetchedRecord[] }>;
const Decoder = require('kafkajs/src/protocol/decoder') as new (bytes: Buffer) => object;
const crc32C = require('kafkajs/src/protocol/recordBatch/crc32C') as (bytes: Buffer) => number;

interface Made {
  readonly key: Buffer | null;
  readonly value: Buffer | null;
  readonly headers: Record<string, Buffer | Buffer[]>;
  readonly timestampDelta: number;
}
async function encode(
  made: readonly Made[],
  { firstOffset = 0, lastOffsetDelta = made.length - 1, compression = 0, deltas = made.map((_, index) => index) } = {},
): Promise<Buffer> {
  const records = made.map((record, index) => encodeRecord({ ...record, offsetDelta: deltas[index] }));
  const batch = {
    compression,
    firstOffset,
    firstTimestamp: 1_700_000_000_000,
    maxTimestamp: 1_700_000_000_500,
    lastOffsetDelta,
    producerId: 7,
    records,
  };
  return (await RecordBatch(batch)).buffer;
}
const read = (bytes: Buffer, limits = BATCH_LIMITS): Promise<FetchedRecord[]> => readBatch(bytes, limits);
const plain = ({ offset, timestamp, key, value, headers, isControlRecord }: FetchedRecord) => ({
  offset,
  timestamp,
  key,
  value,
  headers: { ...headers },
  isControlRecord,
});
const one: Made = { key: Buffer.from('k'), value: Buffer.from('v'), headers: {}, timestampDelta: 0 };
/** Puts other bytes at a place and makes the checksum hold again. */
function changed(batch: Buffer, at: number, bytes: Buffer): Buffer {
  const copy = Buffer.concat([batch]);
  bytes.copy(copy, at);
  copy.writeUInt32BE(crc32C(copy.subarray(21)), 17);
  return copy;
}

const bytes = (maxLength: number) => fc.uint8Array({ maxLength }).map((array) => Buffer.from(array));
const anyRecord: fc.Arbitrary<Made> = fc.record({
  key: fc.option(bytes(20)),
  value: fc.option(bytes(300)),
  // Names that every object has are left out: kafkajs mixes such a header with the object's own (below).
  headers: fc.dictionary(
    fc.string({ maxLength: 8 }).filter((name) => !(name in {})),
    fc.oneof(bytes(20), fc.array(bytes(5), { minLength: 2, maxLength: 3 })),
  ),
  timestampDelta: fc.integer({ min: -(2 ** 40), max: 2 ** 40 }),
});

describe('readBatch', () => {
  it('reads what kafkajs reads, packed or not', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(anyRecord, { minLength: 1, maxLength: 30 }),
        fc.nat(2 ** 50),
        fc.constantFrom(0, 1),
        async (made, firstOffset, compression) => {
          const batch = await encode(made, { firstOffset, compression });
          const { records } = await stockDecode(new Decoder(batch));
          expect((await read(batch)).map(plain)).toEqual(records.map(plain));
        },
      ),
      { numRuns: 200 },
    );
  });

  it('keeps headers with the names of every object as they are, where kafkajs mixes them up', async () => {
    const headers = Object.fromEntries(['valueOf', 'constructor', '__proto__', 'toString'].map((name) => [name, Buffer.from(name)]));
    const batch = await encode([{ ...one, headers: Object.assign(Object.create(null) as object, headers) }]);
    const [record] = await read(batch);
    for (const name of ['valueOf', 'constructor', 'toString']) expect(record?.headers[name]?.toString()).toBe(name);
    expect(({} as { polluted?: unknown }).polluted).toBe(undefined);
    const { records } = await stockDecode(new Decoder(batch));
    expect(Buffer.isBuffer(records[0]?.headers.valueOf)).toBe(false);
  });

  it('ends in a control record where offsets after the last record hold none, and for an empty batch', async () => {
    const compacted = await encode([one, one], { firstOffset: 100, lastOffsetDelta: 9, deltas: [2, 5] });
    expect((await read(compacted)).map(({ offset, isControlRecord }) => [offset, isControlRecord])).toEqual([
      ['102', false],
      ['105', false],
      ['109', true],
    ]);
    for (const compression of [0, 1]) {
      const empty = changed(await encode([], { firstOffset: 50, lastOffsetDelta: 4 }), 21, Buffer.from([0, compression]));
      expect((await read(empty)).map(({ offset, isControlRecord }) => [offset, isControlRecord])).toEqual([['54', true]]);
    }
  });

  it('tells a batch that holds more than allowed, in bytes or in records, and inflates no further', async () => {
    const bomb = await encode([{ ...one, value: Buffer.alloc(5_000_000) }], { firstOffset: 8, compression: 1 });
    expect(bomb.length).toBeLessThan(20_000);
    const [told, ...more] = await read(bomb, { bytes: 1_000_000, records: 10 });
    expect(more).toEqual([]);
    expect(told).toMatchObject({ offset: '8', value: null, isControlRecord: false });
    expect(told?.unreadable).toMatchObject({
      reason: 'is packed with gzip and cannot be inflated: inflates beyond 1000000 bytes',
      firstOffset: 8n,
      lastOffset: 8n,
      records: 1,
    });
    expect(told?.unreadable?.bytes.equals(bomb)).toBe(true);
    const many = await encode(new Array<Made>(11).fill(one), { firstOffset: 8 });
    expect((await read(many, { bytes: 1_000, records: 10 }))[0]).toMatchObject({
      offset: '18',
      unreadable: { reason: 'holds 11 records, more than 10', firstOffset: 8n, lastOffset: 18n, records: 11 },
    });
  });

  it('tells an unknown codec, damage, and an old format', async () => {
    const batch = await encode([one, one], { firstOffset: 3 });
    const reason = async (bad: Buffer): Promise<string | undefined> => (await read(bad))[0]?.unreadable?.reason;
    expect(await reason(changed(batch, 21, Buffer.from([0, 6])))).toBe('is packed with codec 6, which is unknown');
    for (const [codec, name] of [
      [1, 'gzip'],
      [2, 'snappy'],
      [3, 'lz4'],
      [4, 'zstd'],
    ] as const)
      expect(await reason(changed(batch, 21, Buffer.from([0, codec])))).toMatch(
        new RegExp(`^is packed with ${name} and cannot be inflated: `),
      );
    const damaged = Buffer.concat([batch]);
    damaged.writeUInt8(1 ^ damaged.readUInt8(70), 70);
    expect(await reason(damaged)).toBe('was damaged on its way: its checksum does not hold');
    const old = Buffer.concat([batch]);
    old.writeInt8(1, 16);
    expect(await reason(old)).toBe('has a format older than Kafka 0.11');
    expect(await reason(changed(batch, 57, Buffer.from([0, 0, 0, 3])))).toBe(
      'holds no records that can be read: the records end too early',
    );
  });

  it('never throws and never gives a record outside its batch, whatever the bytes are', async () => {
    const batch = await encode(new Array<Made>(5).fill(one), { firstOffset: 10 });
    const packed = gzipSync(Buffer.alloc(100));
    await fc.assert(
      fc.asyncProperty(bytes(200), fc.integer({ min: 0, max: 5 }), fc.boolean(), async (body, codec, keepBody) => {
        const bad = changed(Buffer.concat([batch.subarray(0, 61), keepBody ? packed : body]), 21, Buffer.from([0, codec]));
        for (const record of await read(bad)) expect(Number(record.offset)).toBeGreaterThanOrEqual(-(2 ** 32));
      }),
      { numRuns: 500 },
    );
  });
});
