import { kafkaAnswers, postgresAnswers } from './answer-reader.ts';
import { TcpProxy } from './tcp-proxy.ts';

/** The three lines of one process of the hub, and where it finds the services behind them. */
export interface Lines {
  readonly kafka: TcpProxy;
  readonly postgres: TcpProxy;
  readonly redis: TcpProxy;
  /** Ports that answer for PostgreSQL and Redis now; a failover changes them. */
  readonly targets: { postgres: number; redis: number };
  healAll(): void;
  close(): Promise<void>;
}

/** Opens the lines of one process. The broker's listener at `brokerPort` advertises the first of `free`. */
export async function openLines(
  brokerPort: number,
  free: readonly number[],
  services: { readonly postgres: number; readonly redis: number },
): Promise<Lines> {
  const targets = { postgres: services.postgres, redis: services.redis };
  const [kafkaPort = 0, postgresPort = 0, redisPort = 0] = free;
  const kafka = await TcpProxy.open(kafkaPort, () => brokerPort, kafkaAnswers);
  const postgres = await TcpProxy.open(postgresPort, () => targets.postgres, postgresAnswers);
  const redis = await TcpProxy.open(redisPort, () => targets.redis);
  return {
    kafka,
    postgres,
    redis,
    targets,
    healAll() {
      Object.assign(targets, { postgres: services.postgres, redis: services.redis });
      for (const line of [kafka, postgres, redis]) line.heal();
    },
    async close() {
      await Promise.all([kafka, postgres, redis].map((line) => line.close()));
    },
  };
}
