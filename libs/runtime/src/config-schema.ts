import { appNames, minorUnit, type AppName } from '@tributary/contracts';
import { z } from 'zod';
import { optionalSetting, setting } from './setting.ts';
import { brokers, byteSize, hexKey, integer, listOf, oneOf, url, webhookSecret } from './setting-parsers.ts';
import { sourceList, type Source } from './source-list.ts';

const DAY = '86400';
const seconds = 'whole seconds, 1 to 2592000 (30 days)';
const port = 'a port, 0 to 65535; 0 takes a free one';
const anyPort = integer(0, 65_535);
const everySeconds = integer(1, 2_592_000);
const logLevels = ['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'] as const;
const http = url('http', 'https');

/** Every setting of the hub by its key in {@link Config}; docs/configuration.md is generated from here. */
export const configSchema = {
  brokers: setting<readonly string[]>({
    name: 'KAFKA_BROKERS',
    doc: 'Kafka brokers to start from.',
    allowed: 'comma list of host:port',
    parse: brokers,
  }),
  databaseUrl: setting<string>({
    name: 'DATABASE_URL',
    doc: 'The PostgreSQL database of the hub.',
    allowed: 'postgres:// or postgresql:// URL',
    parse: url('postgres', 'postgresql'),
    secret: true,
  }),
  redisUrl: setting<string>({
    name: 'REDIS_URL',
    doc: 'The Redis of the job queues.',
    allowed: 'redis:// or rediss:// URL',
    parse: url('redis', 'rediss'),
    secret: true,
  }),
  host: setting<string>({
    name: 'TRIBUTARY_HOST',
    doc: 'Address the gateway and the console listen on.',
    allowed: 'an IP address or host name',
    fallback: '127.0.0.1',
    parse: z.string().regex(/^[A-Za-z0-9.:_-]{1,253}$/, 'is no address'),
  }),
  gatewayPort: setting<number>({
    name: 'TRIBUTARY_GATEWAY_PORT',
    doc: 'Port of the gateway: webhooks, CloudEvents, the registry.',
    allowed: port,
    fallback: '8080',
    parse: anyPort,
  }),
  consolePort: setting<number>({
    name: 'TRIBUTARY_CONSOLE_PORT',
    doc: 'Port of the console.',
    allowed: port,
    fallback: '8081',
    parse: anyPort,
  }),
  opsPort: setting<number>({
    name: 'TRIBUTARY_OPS_PORT',
    doc: 'Port of probes and metrics where a process runs neither the gateway nor the console.',
    allowed: port,
    fallback: '8082',
    parse: anyPort,
  }),
  apps: setting<readonly AppName[]>({
    name: 'TRIBUTARY_APPS',
    doc: 'Apps that this process runs.',
    allowed: `comma list of ${appNames.join(', ')}`,
    fallback: appNames.join(','),
    parse: listOf(appNames),
  }),
  databasePool: setting<number>({
    name: 'TRIBUTARY_DATABASE_POOL',
    doc: 'Most connections to PostgreSQL that each app opens.',
    allowed: '1 to 200',
    fallback: '4',
    parse: integer(1, 200),
  }),
  currency: setting<string>({
    name: 'TRIBUTARY_CURRENCY',
    doc: 'Currency the seller keeps books in.',
    allowed: 'ISO 4217 code, as EUR',
    fallback: 'EUR',
    parse: z.string().refine((code) => minorUnit(code) !== undefined, 'is no ISO 4217 code'),
  }),
  asOf: setting<'clock' | 'events'>({
    name: 'TRIBUTARY_AS_OF',
    doc: 'Reference time of scheduled models: the wall clock, or the latest event time (for replays of the past).',
    allowed: 'clock or events',
    fallback: 'clock',
    parse: oneOf(['clock', 'events']),
  }),
  refitEvery: setting<number>({
    name: 'TRIBUTARY_REFIT_EVERY',
    doc: 'Seconds between two fits of the life-time value models.',
    allowed: seconds,
    fallback: DAY,
    parse: everySeconds,
  }),
  reforecastEvery: setting<number>({
    name: 'TRIBUTARY_REFORECAST_EVERY',
    doc: 'Seconds between two forecasts of demand.',
    allowed: seconds,
    fallback: DAY,
    parse: everySeconds,
  }),
  bucket: setting<'day' | 'week'>({
    name: 'TRIBUTARY_BUCKET',
    doc: 'Length of one period of demand.',
    allowed: 'day or week',
    fallback: 'week',
    parse: oneOf(['day', 'week']),
  }),
  horizon: setting<number>({
    name: 'TRIBUTARY_HORIZON',
    doc: 'Periods that a forecast looks ahead.',
    allowed: '1 to 104',
    fallback: '8',
    parse: integer(1, 104),
  }),
  erpUrl: optionalSetting<string>({
    name: 'TRIBUTARY_ERP_URL',
    doc: 'Base address of the ERP: it gets webhooks and is asked for stock. Without it nothing is delivered.',
    allowed: 'http:// or https:// URL',
    parse: http,
  }),
  erpSecret: optionalSetting<string>({
    name: 'TRIBUTARY_ERP_SECRET',
    doc: 'Secret that signs the webhooks to the ERP (Standard Webhooks).',
    allowed: 'whsec_ and base64 of 24 to 64 bytes',
    parse: webhookSecret,
    secret: true,
  }),
  erpPullEvery: setting<number>({
    name: 'TRIBUTARY_ERP_PULL_EVERY',
    doc: 'Seconds between two pulls of stock from the ERP.',
    allowed: seconds,
    fallback: '300',
    parse: everySeconds,
  }),
  sources: setting<readonly Source[]>({
    name: 'TRIBUTARY_SOURCES',
    doc: 'Systems that may send events to the gateway, each with the connector that reads its payloads (default `canonical`) and the secret it signs with. Every other source is refused.',
    allowed: 'comma list of name[=connector][:secret], or a JSON array of {"name", "connector", "secret"}',
    fallback: '',
    parse: sourceList,
    secret: true,
  }),
  identityKey: setting<Buffer>({
    name: 'TRIBUTARY_IDENTITY_KEY',
    doc: 'Key of the HMAC under which e-mail addresses, phone numbers and the like are matched. Changing it means rebuilding identity.',
    allowed: 'hexadecimal, at least 32 bytes (64 digits)',
    parse: hexKey(32),
    secret: true,
  }),
  parkingShare: setting<number>({
    name: 'TRIBUTARY_PARKING_SHARE',
    doc: 'Per cent of the keys of a topic that may be blocked behind failed records before its partition halts; 100 lets any number of bad records be set aside.',
    allowed: 'whole per cent, 1 to 100',
    fallback: '5',
    parse: integer(1, 100).transform((percent) => percent / 100),
  }),
  bodyLimit: setting<number>({
    name: 'TRIBUTARY_BODY_LIMIT',
    doc: 'Longest request body that carries one event.',
    allowed: 'bytes, or with KiB or MiB; 1 KiB to 16 MiB',
    fallback: '1MiB',
    parse: byteSize(1024, 16_777_216),
  }),
  batchLimit: setting<number>({
    name: 'TRIBUTARY_BATCH_LIMIT',
    doc: 'Longest request body that carries a batch of events.',
    allowed: 'bytes, or with KiB or MiB; 1 KiB to 64 MiB',
    fallback: '8MiB',
    parse: byteSize(1024, 67_108_864),
  }),
  logLevel: setting<(typeof logLevels)[number]>({
    name: 'TRIBUTARY_LOG_LEVEL',
    doc: 'Least severe log line that is written.',
    allowed: logLevels.join(', '),
    fallback: 'info',
    parse: oneOf(logLevels),
  }),
  otlpEndpoint: optionalSetting<string>({
    name: 'OTEL_EXPORTER_OTLP_ENDPOINT',
    doc: 'Where traces are sent (OTLP over HTTP). Without it spans are made and carried on, but sent nowhere.',
    allowed: 'http:// or https:// URL',
    parse: http,
  }),
} as const;
