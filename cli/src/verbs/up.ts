import { createLogger, createMetrics, loadConfig, processEnvironment } from '@tributary/runtime';
import { exitCode } from '../exit-code.ts';
import { onStop, reportReady } from '../host/as-child.ts';
import { startHub } from '../host/start-hub.ts';
import { openServices } from '../services/open-services.ts';
import { rememberAddresses } from '../services/connect.ts';
import { prepare } from '../services/prepare.ts';

/** `tributary up`: the apps that the configuration names, in this process, until a signal. Services without an address are started. */
export async function up(options: { readonly dataDir: string; readonly port: number }): Promise<void> {
  const env = processEnvironment();
  const services = await openServices({
    env,
    dataDir: options.dataDir,
    fresh: false,
    firstPort: options.port,
    log: (line) => void process.stderr.write(`${line}\n`),
  });
  const config = loadConfig({ ...env, KAFKA_BROKERS: services.brokers, DATABASE_URL: services.databaseUrl, REDIS_URL: services.redisUrl });
  const logger = createLogger(config);
  const end = (code: number, why: string): void => {
    logger.info({ why, code }, 'ending');
    process.exit(code);
  };
  if (services.embedded) rememberAddresses(options.dataDir, services, env);
  if (services.embedded) await prepare(services.brokers, services.databaseUrl, logger);
  const hub = await startHub({
    config,
    logger,
    metrics: createMetrics(),
    onCrash: (error) => {
      logger.fatal({ err: error }, 'a consumer is gone for good');
      end(exitCode.failed, 'crash');
    },
  });
  onStop((why) => {
    void hub.close().then(async (outcome) => {
      await services.stop();
      if (!outcome.clean)
        logger.error(
          { failed: outcome.failed.map(({ name, error }) => `${name}: ${String(error)}`), unfinished: outcome.unfinished },
          'not everything closed',
        );
      end(outcome.clean ? exitCode.ok : exitCode.failed, why);
    });
  });
  reportReady(hub.addresses);
}
