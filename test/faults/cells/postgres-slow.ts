import type { Cell } from '../cell.ts';
import { makeFacts } from '../oracle/make-facts.ts';

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
    id: 'F41',
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
      const [row] = await rig.database.query<{ deadlocks: bigint }>(
        'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
      );
      rig.history.note('deadlocks', { seen: row?.deadlocks });
    },
  },
  {
    id: 'F42',
    component: COMPONENT,
    fault: 'a long-running report holds xmin',
    how: 'a REPEATABLE READ transaction that has read the outbox stays open while everything is fed and published (seconds instead of an hour)',
    recovery: 5,
    async run(rig) {
      await rig.up();
      await rig.database.transaction(async (tx) => {
        await tx.query('SET TRANSACTION ISOLATION LEVEL REPEATABLE READ');
        await tx.query('SELECT count(*) FROM hub.outbox, hub.outbox_pending');
        await rig.sendIn(30, makeFacts({ seed: rig.id, people: 60, each: 20 }), 100);
        await rig.settled(30_000);
        rig.demand(rig.recoverySeconds !== undefined, 'the outbox or the inbox stood still behind the report');
      });
      rig.faultOver();
    },
  },
];
