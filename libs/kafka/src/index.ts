export { BatchLanes, type BatchLanesOptions } from './batch-lanes.ts';
export { KafkaBatchServer, type BatchObserver, type KafkaBatchServerOptions } from './kafka-batch-server.ts';
export { createKafka, createProducer, PUBLISHER_PATIENCE, type Kafka, type KafkaLog } from './kafka-client.ts';
export type { PartitionStall } from './partition-watch.ts';
export { OutboxRelay, type OutboxRelayOptions } from './outbox-relay.ts';
export { offsetsAt, RangeGoneError, RangeReader, type OffsetRange, type RangeReaderOptions, type SliceHandler } from './read-range.ts';
export { createTopics, WatermarkReader, type TopicSpec, type Watermark } from './topic-admin.ts';
