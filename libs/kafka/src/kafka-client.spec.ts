import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import kafkajs, { type PartitionMetadata } from 'kafkajs';
import { createKafka, createProducer } from './kafka-client.ts';
import { javaPartitioner } from './java-partitioner.ts';
import { javaKeys, requireJavaPartitions } from './java-partitions.ts';

const metadata = (count: number): PartitionMetadata[] =>
  Array.from({ length: count }, (_, partitionId) => ({ partitionErrorCode: 0, partitionId, leader: 1, replicas: [1], isr: [1] }));

describe('the partitioner of our producers', () => {
  const partition = javaPartitioner();

  it('puts a thousand keys where the Java client puts them; another partitioner is refused, by a key and its place', () => {
    expect(new Set(javaKeys).size).toBe(1_000);
    requireJavaPartitions(javaPartitioner);
    requireJavaPartitions(kafkajs.Partitioners.DefaultPartitioner);
    expect(() => requireJavaPartitions(kafkajs.Partitioners.LegacyPartitioner)).toThrow(
      /^the producer's partitioner puts "\d+" into partition \d of 8, the Java client into \d$/,
    );
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
      used.push(config?.createPartitioner, config?.idempotent, config?.maxInFlightRequests, config?.allowAutoTopicCreation, config?.retry);
      return {} as ReturnType<typeof kafka.producer>;
    };
    createProducer(kafka);
    expect(used).toEqual([javaPartitioner, false, 1, false, { retries: 0 }]);
  });
});
