import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Services } from '../services/open-services.ts';
import { startChild, type Child } from './child.ts';
import { demoPorts, type DemoOptions } from './demo-options.ts';
import type { DemoSecrets } from './demo-secrets.ts';

/** The hub and the simulated ERP, each a process of its own. */
export interface DemoProcesses {
  readonly hub: Child;
  readonly erp: Child;
  readonly gatewayUrl: string;
  readonly consoleUrl: string;
}

/** Seconds between fits while the demo runs on; a bounded run asks for them itself. */
const LIVE_EVERY = '20';
const NEVER = '2592000';

/** What other verbs must know of a demo's hub to work with its data as it does. */
export const demoSettings = ({ data }: Pick<DemoOptions, 'data'>, { identityKey }: DemoSecrets): Readonly<Record<string, string>> => ({
  TRIBUTARY_SOURCES: data === undefined ? 'shop-eu,pos,crm,erp' : 'online-retail,erp',
  TRIBUTARY_CURRENCY: data === undefined ? 'EUR' : 'GBP',
  TRIBUTARY_IDENTITY_KEY: identityKey,
});

/** Starts both; they find each other by fixed ports. */
export async function startDemoProcesses(
  options: DemoOptions,
  services: Services,
  secrets: DemoSecrets,
  env: Readonly<Record<string, string | undefined>>,
): Promise<DemoProcesses> {
  const ports = demoPorts(options.port);
  const logs = join(options.dataDir, 'logs');
  mkdirSync(logs, { recursive: true });
  const gatewayUrl = `http://127.0.0.1:${ports.gateway}`;
  const real = options.data !== undefined;
  const every = options.exit ? NEVER : LIVE_EVERY;
  const hubEnv = {
    ...env,
    KAFKA_BROKERS: services.brokers,
    DATABASE_URL: services.databaseUrl,
    REDIS_URL: services.redisUrl,
    TRIBUTARY_GATEWAY_PORT: String(ports.gateway),
    TRIBUTARY_CONSOLE_PORT: String(ports.console),
    TRIBUTARY_AS_OF: 'events',
    TRIBUTARY_REFIT_EVERY: every,
    TRIBUTARY_REFORECAST_EVERY: every,
    TRIBUTARY_ERP_URL: `http://127.0.0.1:${ports.erp}`,
    TRIBUTARY_ERP_SECRET: secrets.erpSecret,
    TRIBUTARY_ERP_PULL_EVERY: options.exit ? NEVER : '15',
    ...demoSettings(options, secrets),
  };
  const book = real ? [] : ['--seed', String(options.seed), '--customers', String(options.customers), '--days', String(options.days)];
  const erpArgs = [
    'erp-sim',
    '--port',
    String(ports.erp),
    '--gateway',
    gatewayUrl,
    '--store',
    join(options.dataDir, 'erp-store.jsonl'),
    ...book,
  ];
  const erp = startChild('erp-sim', erpArgs, { ...env, TRIBUTARY_ERP_SECRET: secrets.erpSecret }, join(logs, 'erp-sim.log'));
  const hub = startChild('hub', ['up'], hubEnv, join(logs, 'hub.log'));
  try {
    const [up] = await Promise.all([hub.ready, erp.ready]);
    return { hub, erp, gatewayUrl, consoleUrl: up.addresses.console ?? '' };
  } catch (error) {
    await Promise.all([hub.stop(), erp.stop()]);
    throw error;
  }
}
