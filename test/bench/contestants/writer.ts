/** The hub with its profile stage and without its relay: `startHub` of the product, told not to publish. */
import { createLogger, createMetrics, loadConfig } from '@tributary/runtime';
import { reportReady, onStop } from '../../../cli/src/host/as-child.ts';
import { startHub } from '../../../cli/src/host/start-hub.ts';

const config = loadConfig(process.env);
const hub = await startHub({
  config,
  logger: createLogger(config),
  metrics: createMetrics(),
  relay: false,
  onCrash: (error) => {
    throw error;
  },
});
onStop(() => void hub.close().then(({ clean }) => process.exit(clean ? 0 : 1)));
reportReady(hub.addresses);
