import kafkajs, { type ICustomPartitioner } from 'kafkajs';

/**
 * The partition of a key as the Java client chooses it: murmur2 (A. Appleby, seed 0x9747b28c) of its bytes, without the sign, modulo the
 * number of partitions (org.apache.kafka.common.utils.Utils). kafkajs computes the same in 64-bit objects, ten times slower; a message
 * without a key is left to it.
 */
export const javaPartitioner: ICustomPartitioner = () => {
  const stock = kafkajs.Partitioners.DefaultPartitioner();
  return (given) => {
    const { key, partition } = given.message;
    if (partition !== undefined || key === null || key === undefined) return stock(given);
    const hash = murmur2(Buffer.isBuffer(key) ? key : Buffer.from(key));
    return (hash & 0x7fffffff) % given.partitionMetadata.length;
  };
};

const M = 0x5bd1e995;

function murmur2(data: Buffer): number {
  let hash = 0x9747b28c ^ data.length;
  const whole = data.length & ~3;
  for (let index = 0; index < whole; index += 4) {
    let word = Math.imul(data.readInt32LE(index), M);
    word = Math.imul(word ^ (word >>> 24), M);
    hash = Math.imul(hash, M) ^ word;
  }
  const left = data.length - whole;
  if (left > 2) hash ^= (data[whole + 2] as number) << 16;
  if (left > 1) hash ^= (data[whole + 1] as number) << 8;
  if (left > 0) hash = Math.imul(hash ^ (data[whole] as number), M);
  hash = Math.imul(hash ^ (hash >>> 13), M);
  return hash ^ (hash >>> 15);
}
