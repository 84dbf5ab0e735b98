/**
 * A process of the hub under test: the product's own start code, with a hook that acts at the steps it was told. Started by
 * hub-process.ts, which sends the order as the first message.
 */
import { once } from 'node:events';
import type { StepHook } from '@tributary/persistence';
import { createLogger, createMetrics, loadConfig } from '@tributary/runtime';
import { startHub } from '../../../cli/src/host/start-hub.ts';
import type { At, WorkerOrder, WorkerWord } from './worker-order.ts';

const tell = (word: WorkerWord): Promise<void> =>
  new Promise((resolve) => {
    if (process.send === undefined || !process.connected) resolve();
    else process.send(word, () => resolve());
  });

async function act({ step, act: what, ms = 0 }: At): Promise<void> {
  await tell({ type: 'at', step, act: what });
  switch (what) {
    case 'kill':
      process.kill(process.pid, 'SIGKILL');
      return;
    case 'stop':
      process.kill(process.pid, 'SIGSTOP');
      return;
    case 'wait':
      await once(process, 'message');
      return;
    case 'sleep':
      await new Promise((resolve) => setTimeout(resolve, ms));
      return;
    case 'block':
      for (const until = performance.now() + ms; performance.now() < until;);
  }
}

function stepHook(points: readonly At[]): StepHook {
  const passed = new Map<string, number>();
  return async (step) => {
    const count = (passed.get(step) ?? 0) + 1;
    passed.set(step, count);
    for (const point of points)
      if (point.step === step && (point.every === true ? count >= point.nth : count === point.nth)) await act(point);
  };
}

const [order] = (await once(process, 'message')) as [WorkerOrder];
const config = { ...loadConfig({ ...order.env, TRIBUTARY_APPS: order.apps.join(',') || 'console' }), apps: order.apps };
const logger = createLogger(config);
const hub = await startHub({
  config,
  logger,
  metrics: createMetrics(),
  relay: order.relay,
  onStep: stepHook(order.at),
  onCrash: (error) => {
    logger.fatal({ err: error }, 'a consumer is gone for good');
    process.exit(1);
  },
});
const end = (): void => void hub.close().then((outcome) => process.exit(outcome.clean ? 0 : 1));
process.on('SIGTERM', end);
process.on('disconnect', end);
await tell({ type: 'ready', addresses: hub.addresses });
