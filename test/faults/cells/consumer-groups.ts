import type { Cell } from '../cell.ts';
import { makeFacts } from '../oracle/make-facts.ts';

const COMPONENT = 'consumer';

/** F14, F15, F20: the consumer group changes, is slow, is tampered with. */
export const consumerGroups: readonly Cell[] = [
  {
    id: 'F14',
    component: COMPONENT,
    fault: 'scale 1 → 4 → 2 with a batch open at each rebalance (KP12)',
    how: 'one consumer holds a transaction open while a second joins; a third and a fourth join; two leave by SIGTERM; facts all the while (a few seconds a step instead of 20 s)',
    recovery: 60,
    async run(rig) {
      const facts = makeFacts({ seed: rig.id, people: 60, each: 14 });
      const part = Math.ceil(facts.length / 6);
      const slice = (index: number) => facts.slice(index * part, (index + 1) * part);
      const first = await rig.up({ at: [{ step: 'inbox-noted', nth: 1, act: 'wait' }] });
      await rig.send(slice(0));
      await first.reached('inbox-noted');
      const second = rig.start({ line: 1 });
      await rig.sendIn(4, slice(1), 300);
      first.go();
      await second.ready;
      const third = rig.start({ line: 2 });
      const fourth = rig.start({ line: 3 });
      await rig.sendIn(10, slice(2), 200);
      await Promise.all([third.ready, fourth.ready]);
      await rig.sendIn(10, slice(3), 200);
      first.signal('SIGTERM');
      await rig.sendIn(5, slice(4), 200);
      third.signal('SIGTERM');
      await rig.sendIn(5, slice(5), 200);
      const ends = await Promise.all([first.end(), third.end()]);
      rig.demand(
        ends.every((how) => how === 0),
        `those that left ended with ${ends.join(', ')}`,
      );
      rig.faultOver();
    },
  },
  {
    id: 'F15',
    component: COMPONENT,
    fault: 'a handler slower than the session (15 s)',
    how: 'a lock on the table of documents holds the second batch up for 20 s',
    recovery: 10,
    async run(rig) {
      await rig.up();
      const facts = makeFacts({ seed: rig.id, people: 30, each: 14 });
      await rig.send(facts.slice(0, 50));
      await rig.consumed();
      const before = await rig.members('profile');
      await rig.database.transaction(async (tx) => {
        // The hub's own limit for transactions that stand still, 15 s, would end this one first.
        await tx.query('SET LOCAL idle_in_transaction_session_timeout = 0');
        await tx.query('LOCK TABLE profile.document IN ACCESS EXCLUSIVE MODE');
        await rig.sendIn(4, facts.slice(50), 500);
        await rig.pause(18_000);
      });
      rig.faultOver();
      const after = await rig.members('profile');
      rig.demand(before.join() === after.join(), 'the group was rebalanced though the consumer lives');
    },
  },
  {
    id: 'F20',
    component: COMPONENT,
    fault: "the group's Kafka offsets are deleted, then set to the end, by an operator",
    how: 'kafkajs admin deleteGroups and setOffsets while no consumer runs',
    recovery: 10,
    async run(rig) {
      const facts = makeFacts({ seed: rig.id, people: 30, each: 14 });
      const third = Math.ceil(facts.length / 3);
      for (const [index, tamper] of (['delete', 'end', undefined] as const).entries()) {
        const worker = await rig.up();
        await rig.send(facts.slice(index * third, (index + 1) * third));
        if (tamper === undefined) break;
        await rig.consumed();
        worker.signal('SIGTERM');
        await worker.end();
        // Sent while nobody reads: what lies behind the tampered offset must be read all the same.
        await rig.sendIn(
          1,
          makeFacts({ seed: `${rig.id}-${tamper}`, firstPerson: 100 + 10 * index, firstN: 10_000 * (index + 1), people: 5, each: 10 }),
        );
        await rig.tamperOffsets('profile', tamper);
      }
      rig.faultOver();
    },
  },
];
