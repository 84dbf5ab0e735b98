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

/** How long a client waits before it says that something failed. */
export interface ClientPatience {
  /** For an answer, milliseconds; a join of a group has a longer limit of its own. */
  readonly requestTimeoutMs: number;
  /** Tries after the first when it looks for a broker; each takes the next of the list. */
  readonly retries: number;
}

/** Of publishers: a relay that is cut off must soon know, so that another takes over. What it gives up too early is on the wire twice. */
export const PUBLISHER_PATIENCE: ClientPatience = { requestTimeoutMs: 6_000, retries: 1 };
/** As long as a session: a member that is not answered for so long is out of its group anyway. */
const PATIENCE: ClientPatience = { requestTimeoutMs: 15_000, retries: 8 };

/** Connects to brokers, with kafkajs repaired (ADR 0009). Its own chatter below warnings is left out. */
export function createKafka(brokers: readonly string[], clientId: string, log: KafkaLog, patience = PATIENCE): Kafka {
  repairKafkajs();
  const config: KafkaConfig = {
    clientId,
    brokers: [...brokers],
    logLevel: logLevel.WARN,
    connectionTimeout: 5_000,
    requestTimeout: patience.requestTimeoutMs,
    retry: { initialRetryTime: 200, maxRetryTime: 5_000, retries: patience.retries },
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
 * throws when it is not (which a start finds out, and not a customer whose events lie in two partitions). A send that failed is not tried
 * again in here: kafkajs leaves out brokers that have answered, also for partitions that moved to them since, and says that all is written.
 * Who sends tries again, with everything.
 */
export function createProducer(kafka: Kafka): Producer {
  requireJavaPartitions(javaPartitioner);
  return kafka.producer({
    createPartitioner: javaPartitioner,
    idempotent: false,
    maxInFlightRequests: 1,
    allowAutoTopicCreation: false,
    retry: { retries: 0 },
  });
}

export type { Kafka, Producer };
