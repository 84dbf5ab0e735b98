import type { Cell } from '../cell.ts';
import { makeFacts } from '../oracle/make-facts.ts';
import type { CellRig } from '../rig/cell-rig.ts';
import { Standby, writtenTo } from '../rig/standby.ts';

const COMPONENT = 'PostgreSQL';

/** Ends the primary with commits that the standby never saw, and goes on with the standby. */
async function failOver(rig: CellRig): Promise<void> {
  await rig.up();
  await rig.send(makeFacts({ seed: rig.id, people: 20, each: 12 }));
  await rig.consumed();
  const standby = await Standby.start(rig.stack);
  rig.closers.push(async () => {
    await standby.stop();
    await rig.stack.services.restart('postgres');
  });
  await standby.caughtUp(await writtenTo(rig.database));
  await standby.fallBehind();
  await rig.sendIn(4, makeFacts({ seed: `${rig.id}-lost`, firstPerson: 100, firstN: 10_000, people: 12, each: 12 }), 100);
  const missing = await rig.settled();
  rig.demand(missing === undefined, 'what is to be lost was not committed and published');
  rig.killService('postgres', 'SIGKILL');
  await standby.promote();
  await rig.moveDatabase(rig.databaseAt(standby.port));
  rig.commitsLost = true;
  rig.faultOver();
}

/** F36: failover to a standby that lacks the last commits. */
export const postgresFailover: readonly Cell[] = [
  {
    id: 'F36a',
    component: COMPONENT,
    fault: 'failover to an asynchronous standby that is behind; nothing new comes in',
    how: 'a streaming standby is cut off, 150 facts are committed and published, the primary is killed, the standby promoted: Kafka must be read again from the offsets that the standby has',
    recovery: 30,
    run: failOver,
  },
  {
    id: 'F36b',
    component: COMPONENT,
    fault: 'the same while facts go on coming in',
    how: 'as F36a, with facts right after the failover',
    recovery: 30,
    async run(rig) {
      await failOver(rig);
      await rig.sendIn(5, makeFacts({ seed: `${rig.id}-after`, firstPerson: 200, firstN: 20_000, people: 20, each: 12 }), 200);
    },
  },
];
