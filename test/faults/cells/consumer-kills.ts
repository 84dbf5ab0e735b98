import type { Cell } from '../cell.ts';
import { makeFacts } from '../oracle/make-facts.ts';
import type { CellRig } from '../rig/cell-rig.ts';
import type { At } from '../rig/worker-order.ts';

const COMPONENT = 'consumer';

/** Feeds facts while a process dies at a step, then starts another in its place. */
async function dieAndComeBack(rig: CellRig, at: Omit<At, 'act'>): Promise<void> {
  const first = await rig.up({ at: [{ ...at, act: 'kill' }] });
  await rig.sendIn(8, makeFacts({ seed: rig.id, people: 30, each: 14 }));
  await first.end();
  rig.faultOver();
  await rig.up();
}

/** F09, F10, F12: a consumer killed at a step of its batch. */
export const consumerKills: readonly Cell[] = [
  {
    id: 'F09',
    component: COMPONENT,
    fault: 'SIGKILL after the fetch, before BEGIN (KP3)',
    how: 'the process kills itself at the second batch it takes; another is started at once',
    recovery: 25,
    run: (rig) => dieAndComeBack(rig, { step: 'batch-taken', nth: 2 }),
  },
  {
    id: 'F10',
    component: COMPONENT,
    fault: 'SIGKILL after the inbox insert (KP4)',
    how: 'the process kills itself inside its second transaction; another is started at once',
    fast: true,
    recovery: 25,
    run: (rig) => dieAndComeBack(rig, { step: 'inbox-noted', nth: 2 }),
  },
  {
    id: 'F12',
    component: COMPONENT,
    fault: 'SIGKILL after COMMIT, before the Kafka offset commit (KP6)',
    how: 'the process kills itself right after its second commit; another is started at once',
    recovery: 25,
    run: (rig) => dieAndComeBack(rig, { step: 'batch-committed', nth: 2 }),
  },
];
