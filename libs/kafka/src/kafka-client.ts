import { Kafka, logLevel, type KafkaConfig, type Producer } from 'kafkajs';
import { javaPartitioner } from './java-partitioner.ts';
import { requireJavaPartitions } from './java-partitions.ts';
import { repairKafkajs } from './repair-kafkajs.ts';

/** What the hub logs with; pino's child fits. */
export interface KafkaLog {
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
}

/** How long a publisher waits for an answer that was lost on the way; consumers wait longer, since a rebalance takes its time. Milliseconds. */
export const PUBLISHER_TIMEOUT_MS = 10_000;
const TIMEOUT_MS = 30_000;

/** Connects to brokers, with kafkajs repaired (ADR 0009). Its own chatter below warnings is left out. */
export function createKafka(brokers: readonly string[], clientId: string, log: KafkaLog, requestTimeout = TIMEOUT_MS): Kafka {
  repairKafkajs();
  const config: KafkaConfig = {
    clientId,
    brokers: [...brokers],
    logLevel: logLevel.WARN,
    connectionTimeout: 5_000,
    requestTimeout,
    retry: { initialRetryTime: 200, maxRetryTime: 5_000, retries: 8 },
    logCreator: () => (entry) => {
      const { message, timestamp: _timestamp, logger: _logger, stack: _stack, ...fields } = entry.log;
      log[entry.level === logLevel.ERROR || entry.level === logLevel.NOTHING ? 'error' : 'warn'](
        { ...fields, kafka: entry.namespace },
        message,
      );
    },
  };
  return new Kafka(config);
}

/**
 * A producer that is not idempotent, with one request in flight: kafkajs's idempotent one loses acknowledged messages when a response is
 * lost (issue 1005). Duplicates on the wire are dropped by event id downstream. The partitioner is the one compatible with Java's;
 * throws when it is not (which a start finds out, and not a customer whose events lie in two partitions).
 */
export function createProducer(kafka: Kafka): Producer {
  requireJavaPartitions(javaPartitioner);
  return kafka.producer({
    createPartitioner: javaPartitioner,
    idempotent: false,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
  });
}

export type { Kafka, Producer };
