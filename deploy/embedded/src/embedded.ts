import type { KafkaListener } from './kafka-properties.ts';
import type { ServiceName } from './service-name.ts';

/** What to start and where. */
export type EmbeddedOptions = {
  /** Holds data, passwords, logs and records; made if absent. One running hub per folder. */
  dataDir: string;
  /** TCP ports on 127.0.0.1. Only those of `parts` are used. */
  ports: { kafka: number; controller: number; postgres: number; redis: number };
  /** Delete the data of earlier starts first. */
  fresh?: boolean;
  /** Largest heap of the broker in MiB; 384 unless given. */
  kafkaHeapMb?: number;
  /** Settings of PostgreSQL that take the place of the delivered ones, as on its command line (`shared_buffers`: `512MB`). */
  postgresSettings?: Readonly<Record<string, string>>;
  /** Further ports of the broker, each with the port it sends its clients to: a proxy's. */
  kafkaListeners?: readonly KafkaListener[];
  /** Where downloads are kept; `~/.cache/tributary` unless given. */
  cacheDir?: string;
  /** Gets a line for whatever takes long, and for a service that ends unasked. */
  log?: (line: string) => void;
  /** All three unless given. */
  parts?: readonly ServiceName[];
};

/** The running services. The address of a part that was not asked for is the empty string. */
export type Embedded = {
  /** `127.0.0.1:port` */
  readonly brokers: string;
  /** `postgres://user:password@127.0.0.1:port/tributary` */
  readonly databaseUrl: string;
  /** `redis://:password@127.0.0.1:port` */
  readonly redisUrl: string;
  /** Process ids as of now. */
  readonly pids: Readonly<Partial<Record<ServiceName | 'reaper', number>>>;
  /** Starts one service again on its data and its port, stopping it first if it still runs. Addresses stay. */
  restart(service: ServiceName): Promise<void>;
  /** Stops all services and answers when they are gone, within 15 s. A second call answers with the first. */
  stop(): Promise<void>;
};
