import type { Cell } from '../cell.ts';
import { makeFacts } from '../oracle/make-facts.ts';
import { fillOutboxIn } from '../rig/fill-outbox.ts';

const COMPONENT = 'PostgreSQL';

/** F40 to F42: the server answers late, transactions meet, an old snapshot is held. */
export const postgresSlow: readonly Cell[] = [
  {
    id: 'F40',
    component: COMPONENT,
    fault: '200 ms of latency each way',
    how: 'the proxy holds every piece for 200 ms in both directions',
    recovery: 15,
    async run(rig) {
      const worker = await rig.up();
      rig.lines().postgres.delay(200);
      // Halving a batch down to a record that only the database refuses takes many transactions: F17 has those.
      const facts = makeFacts({ seed: rig.id, people: 25, each: 12 }).filter((fact) => fact.spoilt !== 'overflow');
      await rig.sendIn(20, facts, 250);
      await rig.consumed(120_000);
      rig.lines().postgres.heal();
      rig.faultOver();
      rig.demand(!worker.log.includes('waiting for a service to come back'), 'a statement or connection timed out');
    },
  },
  {
    id: 'F41a',
    component: COMPONENT,
    fault: 'deadlocks between writers on shared profiles',
    how: 'two consumers, and an intruder who locks rows of profiles in the opposite order, over and over',
    recovery: 5,
    async run(rig) {
      await rig.up();
      await rig.up({ line: 1 });
      await rig.shared('profile', 2);
      let feeding = true;
      const sent = rig.sendIn(40, makeFacts({ seed: rig.id, people: 12, each: 60 }), 100).finally(() => (feeding = false));
      while (feeding) await rig.intrude();
      await sent;
      rig.faultOver();
      rig.history.note('deadlocks', { seen: await rig.deadlocks() });
    },
  },
  {
    id: 'F41b',
    component: COMPONENT,
    fault: 'two writers on shared profiles, nobody else',
    how: 'two consumers of two lanes each share twelve people; the server must not have seen one deadlock',
    recovery: 5,
    async run(rig) {
      await rig.up();
      await rig.up({ line: 1 });
      await rig.shared('profile', 2);
      // Facts that name their customer: those that do not wait for each other's orders one transaction at a time.
      const facts = makeFacts({ seed: rig.id, people: 12, each: 150 }).filter((fact) => fact.customerId !== null && fact.kind !== 'RETURN');
      await rig.sendIn(60, facts, 20);
      rig.faultOver();
    },
    async afterwards(rig) {
      const seen = await rig.deadlocks();
      rig.demand(seen === 0, `${seen} deadlocks: locks are not taken in one order`);
    },
  },
  {
    id: 'F41c',
    component: COMPONENT,
    fault: 'three writers on shared profiles that queue up behind somebody who holds them all',
    how: 'ten times a transaction locks all profiles until three batches wait at least, then lets them go at once; the server must not have seen one deadlock',
    recovery: 15,
    async run(rig) {
      await rig.up();
      await rig.up({ line: 1 });
      await rig.up({ line: 2 });
      await rig.shared('profile', 3);
      const facts = makeFacts({ seed: rig.id, people: 12, each: 100 }).filter((fact) => fact.customerId !== null && fact.kind !== 'RETURN');
      const size = Math.ceil(facts.length / 11);
      // Everybody is known before the first lock: who is new is not locked.
      await rig.send(facts.slice(0, size));
      await rig.consumed();
      for (let from = size; from < facts.length; from += size)
        await rig.beside(async (tx) => {
          await tx.query('SELECT FROM profile.profile ORDER BY profile_id FOR UPDATE');
          await rig.sendIn(4, facts.slice(from, from + size), 30);
          await rig.until(async () => (await rig.waitingForLocks()) >= 3, 'three batches wait for the profiles');
          await rig.pause(100);
        });
      rig.faultOver();
    },
    async afterwards(rig) {
      const seen = await rig.deadlocks();
      rig.demand(seen === 0, `${seen} deadlocks: locks are not taken in one order`);
    },
  },
  {
    id: 'F42',
    component: COMPONENT,
    fault: 'a long-running report holds xmin',
    how: 'a REPEATABLE READ transaction that has read the outbox stays open while everything is fed and published (seconds instead of an hour); a writer that wrote its outbox rows before all that commits last',
    recovery: 5,
    async run(rig) {
      await rig.up();
      await rig.beside(async (tx) => {
        await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
        await tx.query('SELECT count(*) FROM hub.outbox, hub.outbox_pending');
        await rig.beside(async (late) => {
          await fillOutboxIn(late, 'late', 40, 8);
          await rig.sendIn(30, makeFacts({ seed: rig.id, people: 60, each: 20 }), 100);
          const missing = await rig.settled(30_000);
          rig.demand(missing === undefined, 'the outbox or the inbox stood still behind the report');
        });
      });
      rig.faultOver();
    },
  },
];
