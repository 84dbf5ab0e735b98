import type { ICustomPartitioner, PartitionMetadata } from 'kafkajs';
import { JAVA_HASHES } from './java-hashes.ts';

/** Twenty beginnings of keys: of every length modulo four, of several alphabets, and as the hub makes them. */
const BEGINNINGS = ['', 'a', 'ab', 'abc', 'shop-eu/c/', 'shop-eu/d/O-2026-', 'erp/c/K-', 'pos/12/', 'SKU-', 'SKU@', 'x@example.com/', '+49 170 ', '客户', '上海-SKU-', 'Größe ', 'ñandú/', 'Ж', '😀', 'e\u0301', '4f5b8a6e-2d31-5c1f-9b1e-']; // prettier-ignore
const EACH = 50;

/** The thousand keys whose hashes are known from the Java client. */
export const javaKeys: readonly string[] = BEGINNINGS.flatMap((beginning) =>
  Array.from({ length: EACH }, (_, index) => `${beginning}${index * index * 37}`),
);

/** Murmur2 of the n-th key as the Java client computes it, with its sign. */
export const javaHash = (index: number): number => Number.parseInt(JAVA_HASHES.slice(index * 8, index * 8 + 8), 16) | 0;

/**
 * Refuses a partitioner that puts one of a thousand known keys elsewhere than the Java client does: events of one customer would lie in two
 * partitions, and their order be lost, as soon as a second client writes (kafkajs's own former partitioner differs for 92 % of keys).
 */
export function requireJavaPartitions(create: ICustomPartitioner): void {
  const partition = create();
  for (const count of [8, 97]) {
    const partitionMetadata = Array.from({ length: count }, (_, partitionId): PartitionMetadata => ({
      partitionErrorCode: 0,
      partitionId,
      leader: 1,
      replicas: [1],
      isr: [1],
    }));
    javaKeys.forEach((key, index) => {
      const java = (javaHash(index) & 0x7fffffff) % count;
      const ours = partition({ topic: 't', partitionMetadata, message: { key, value: '' } });
      if (ours !== java)
        throw new Error(
          `the producer's partitioner puts ${JSON.stringify(key)} into partition ${ours} of ${count}, the Java client into ${java}`,
        );
    });
  }
}
