import type { Cell } from '../cell.ts';
import { makeFacts } from '../oracle/make-facts.ts';
import type { CellRig } from '../rig/cell-rig.ts';
import type { HubProcess } from '../rig/hub-process.ts';
import type { At } from '../rig/worker-order.ts';

const COMPONENT = 'consumer';

/** Two consumers share the partitions; one stands still at a step while the other takes its partitions over. */
async function standStill(rig: CellRig, at: At): Promise<HubProcess> {
  const zombie = await rig.up({ at: [at] });
  await rig.up({ line: 1 });
  await rig.shared('profile', 2);
  await rig.sendIn(10, makeFacts({ seed: rig.id, people: 30, each: 14 }), 100);
  await zombie.reached(at.step);
  rig.faultOver();
  return zombie;
}

/** The other has done everything: the zombie wakes up, and what it holds must be refused. */
async function wake(rig: CellRig): Promise<void> {
  const [zombie] = rig.processes;
  if (zombie === undefined) return;
  zombie.signal('SIGCONT');
  await rig.until(
    () => /another owner moved|rolled back|was given up|waiting for a service|Connection terminated/.test(zombie.log),
    'the zombie was refused',
    45_000,
  );
  rig.demand(!zombie.crashed, 'the zombie ended');
}

/** F13, F16: a consumer that stands still longer than its session. */
export const consumerZombies: readonly Cell[] = [
  {
    id: 'F13a',
    component: COMPONENT,
    fault: 'SIGSTOP in the handler before BEGIN, then SIGCONT (zombie)',
    how: 'the process stops itself at the second batch it takes and goes on when the other has applied everything (not after a fixed 60 s)',
    fast: true,
    recovery: 25,
    run: async (rig) => void (await standStill(rig, { step: 'batch-taken', nth: 2, act: 'stop' })),
    afterwards: wake,
  },
  {
    id: 'F13b',
    component: COMPONENT,
    fault: 'SIGSTOP inside the transaction, holding its locks, then SIGCONT',
    how: 'the process stops itself after the inbox insert and goes on when the other has applied everything',
    recovery: 25,
    run: async (rig) => void (await standStill(rig, { step: 'inbox-noted', nth: 2, act: 'stop' })),
    afterwards: wake,
  },
  {
    id: 'F13c',
    component: COMPONENT,
    fault: 'cut off from Kafka with a batch in hand, which it applies late',
    how: 'the line to Kafka is a black hole from the second batch taken on, for its relay too; the process goes on with the batch when the other has applied everything',
    recovery: 25,
    async run(rig) {
      const zombie = await standStill(rig, { step: 'batch-taken', nth: 2, act: 'wait' });
      rig.lines().kafka.lose();
      rig.history.note('cut off from Kafka', { name: zombie.name });
    },
    async afterwards(rig) {
      const [zombie] = rig.processes;
      const stood = await rig.positions();
      const refused = (): boolean => zombie?.log.includes('rolled back') === true;
      zombie?.go();
      await rig.until(
        async () => refused() || (await rig.positions()) !== stood,
        'the zombie was refused, or moved what it does not own',
        30_000,
      );
      rig.demand(refused(), 'the zombie was not refused');
    },
  },
  {
    id: 'F16',
    component: COMPONENT,
    fault: 'event loop blocked 20 s',
    how: 'a busy loop of 20 s at the second batch taken; another consumer is in the group',
    recovery: 30,
    run: async (rig) => void (await standStill(rig, { step: 'batch-taken', nth: 2, act: 'block', ms: 20_000 })),
  },
];
