/** Where a partition ends: the offset of the next record to be written. */
export interface PartitionEnd {
  readonly topic: string;
  readonly partition: number;
  readonly high: bigint;
}

/** Port to Kafka: the ends of all partitions of the hub's topics, in one look. Throws when Kafka does not answer. */
export type Watermarks = () => Promise<readonly PartitionEnd[]>;
