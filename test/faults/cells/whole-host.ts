import type { ServiceName } from '@tributary/embedded';
import type { Cell } from '../cell.ts';
import { makeFacts } from '../oracle/make-facts.ts';
import { seededRandom } from '../oracle/seeded-random.ts';
import type { CellRig } from '../rig/cell-rig.ts';
import { acceptable, Sender } from '../rig/sender.ts';
import { withSender } from './with-sender.ts';

const STAGES = { apps: ['profile', 'insight', 'forecast', 'erp-bridge'], line: 1 } as const;
const GATEWAY = { apps: ['gateway'], relay: false } as const;

async function everythingDies(rig: CellRig): Promise<Sender> {
  const [gateway] = await Promise.all([rig.up(GATEWAY), rig.up(STAGES)]);
  let address = (await gateway.ready).gateway ?? '';
  const sender = new Sender(rig, () => address);
  const posting = sender.post(acceptable(makeFacts({ seed: rig.id, people: 12, each: 14 })), { lanes: 8 });
  await rig.until(() => sender.attempts.length > 80, 'events come in');
  // One after the other without a pause in between: nobody can act on the death of the one before.
  await rig.killBroker();
  rig.killService('postgres', 'SIGKILL');
  rig.killService('redis', 'SIGKILL');
  for (const process of rig.processes) process.signal('SIGKILL');
  await Promise.all(rig.processes.map((process) => process.end()));
  const random = seededRandom(`${rig.id}-order`);
  const parts: readonly (ServiceName | 'gateway' | 'stages')[] = ['kafka', 'postgres', 'redis', 'gateway', 'stages'];
  const order = parts.map((part) => ({ part, place: random.below(1_000) })).sort((left, right) => left.place - right.place);
  rig.history.note('starts in this order', { order: order.map(({ part }) => part) });
  rig.faultOver();
  await Promise.all(
    order.map(async ({ part }, index) => {
      await rig.pause(index * 500);
      if (part === 'gateway') address = await started(rig, GATEWAY);
      else if (part === 'stages') await started(rig, STAGES);
      else await rig.stack.services.restart(part);
    }),
  );
  await posting;
  return sender;
}

/** A process that cannot start yet ends, and is started again, as any supervisor would. */
async function started(rig: CellRig, options: typeof GATEWAY | typeof STAGES): Promise<string> {
  for (;;) {
    const process = rig.start(options);
    try {
      return (await process.ready).gateway ?? '';
    } catch (error) {
      rig.history.note('not up yet', { error: String(error) });
      rig.mayEnd(process);
      await rig.pause(1_000);
    }
  }
}

/** F61. */
export const wholeHost: readonly Cell[] = [
  {
    id: 'F61',
    component: 'whole host',
    fault: 'SIGKILL of everything at once, started again in random order',
    how: 'broker, PostgreSQL, Redis and both processes of a hub with five apps die under load; all are started half a second apart in an order drawn from the seed',
    recovery: 120,
    ...withSender(everythingDies),
  },
];
