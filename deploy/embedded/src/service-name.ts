/** The three services of the embedded stack, by the name used for folders, log files and records. */
export type ServiceName = 'kafka' | 'postgres' | 'redis';

/** As a person calls them. */
export const SERVICE_TITLES: Readonly<Record<ServiceName, string>> = { kafka: 'Kafka', postgres: 'PostgreSQL', redis: 'Redis' };
