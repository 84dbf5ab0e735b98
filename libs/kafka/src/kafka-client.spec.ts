import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import kafkajs, { type PartitionMetadata } from 'kafkajs';
import { createKafka, createProducer } from './kafka-client.ts';
import { javaPartitioner } from './java-partitioner.ts';

// Computed with org.apache.kafka.common.utils.Utils.murmur2 of kafka-clients 4.4.0 over the UTF-8 bytes, `(hash & 0x7fffffff) % n` for n = 8, 12, 97.
const JAVA: readonly (readonly [string, number, number, number])[] = [
  ['', 1, 9, 35],
  ['a', 4, 4, 49],
  ['ab', 2, 2, 36],
  ['abc', 3, 3, 77],
  ['abcd', 4, 8, 5],
  ['abcde', 5, 1, 67],
  ['21', 4, 0, 41],
  ['foobar', 6, 6, 13],
  ['a-little-bit-long-string', 0, 8, 56],
  ['a-little-bit-longer-string', 3, 11, 47],
  ['lkjh234lh9fiuh90y23oiuhsafujhadof229phr9h19h89h8', 5, 5, 10],
  ['shop-eu/c/1001', 1, 5, 32],
  ['shop-eu/d/O-2026-000001', 5, 9, 40],
  ['erp/c/K-77', 2, 10, 93],
  ['4f5b8a6e-2d31-5c1f-9b1e-0a1b2c3d4e5f', 1, 9, 96],
  ['SKU-1@main', 2, 6, 37],
  ['SKU-客户@上海', 7, 7, 51],
  ['客户', 1, 5, 94],
  ['😀', 1, 9, 29],
  ['ünïcödé', 3, 7, 39],
];
const metadata = (count: number): PartitionMetadata[] =>
  Array.from({ length: count }, (_, partitionId) => ({ partitionErrorCode: 0, partitionId, leader: 1, replicas: [1], isr: [1] }));

describe('the partitioner of our producers', () => {
  const partition = javaPartitioner();

  it.each(JAVA)('puts %j where the Java client puts it', (key, of8, of12, of97) => {
    const at = (count: number): number => partition({ topic: 't', partitionMetadata: metadata(count), message: { key, value: '' } });
    expect([at(8), at(12), at(97)]).toEqual([of8, of12, of97]);
  });

  it('agrees with the one of kafkajs on any key, and leaves a message without one to it', () => {
    const stock = kafkajs.Partitioners.DefaultPartitioner();
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.integer({ min: 1, max: 200 }), (key, count) => {
        const given = { topic: 't', partitionMetadata: metadata(count), message: { key: Buffer.from(key), value: '' } };
        expect(partition(given)).toBe(stock(given));
      }),
    );
    const spread = Array.from({ length: 8 }, () => partition({ topic: 't', partitionMetadata: metadata(4), message: { value: '' } }));
    expect(new Set(spread)).toEqual(new Set([0, 1, 2, 3]));
  });

  it('is the one that producers are made with', () => {
    const used: unknown[] = [];
    const kafka = createKafka(['127.0.0.1:1'], 'spec', { info: () => undefined, warn: () => undefined, error: () => undefined });
    kafka.producer = (config) => {
      used.push(config?.createPartitioner, config?.idempotent, config?.maxInFlightRequests);
      return {} as ReturnType<typeof kafka.producer>;
    };
    createProducer(kafka);
    expect(used).toEqual([javaPartitioner, false, 1]);
  });
});
