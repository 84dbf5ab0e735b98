import type { Cell } from '../cell.ts';
import { makeFacts } from '../oracle/make-facts.ts';

const COMPONENT = 'PostgreSQL';

/** F34, F35, F37: the server or its sessions die under load. No process of the hub is restarted. */
export const postgresCrashes: readonly Cell[] = [
  {
    id: 'F34',
    component: COMPONENT,
    fault: 'kill -9 of the postmaster',
    how: 'SIGKILL under load, down for 3 s, started again (crash recovery)',
    fast: true,
    recovery: 15,
    async run(rig) {
      await rig.up();
      const facts = makeFacts({ seed: rig.id, people: 40, each: 14 });
      await rig.sendIn(5, facts.slice(0, 250), 100);
      rig.killService('postgres', 'SIGKILL');
      await rig.sendIn(5, facts.slice(250, 450), 200);
      await rig.pause(2_000);
      await rig.stack.services.restart('postgres');
      rig.faultOver();
      await rig.sendIn(2, facts.slice(450));
    },
  },
  {
    id: 'F35',
    component: COMPONENT,
    fault: 'immediate restart during COMMITs',
    how: 'three times: the postmaster gets SIGQUIT at the moment an answer to COMMIT passes; the answer is dropped; started again at once',
    recovery: 15,
    async run(rig) {
      await rig.up();
      const facts = makeFacts({ seed: rig.id, people: 60, each: 14 });
      for (let round = 0; round < 3; round += 1) {
        const slice = facts.slice((round * facts.length) / 3, ((round + 1) * facts.length) / 3);
        let hit = false;
        rig.lines().postgres.onAnswer((kind) => {
          if (kind !== 'COMMIT' || hit) return 'pass';
          hit = true;
          rig.killService('postgres', 'SIGQUIT');
          return 'cut';
        });
        await rig.sendIn(6, slice, 50);
        await rig.until(() => hit, 'an answer to COMMIT was seen');
        await rig.stack.services.restart('postgres');
      }
      rig.faultOver();
    },
  },
  {
    id: 'F37',
    component: COMPONENT,
    fault: 'all backends terminated in a loop',
    how: 'pg_terminate_backend on every session of the database, 20 times, 200 ms apart, under load',
    recovery: 10,
    async run(rig) {
      await rig.up();
      const feeding = rig.sendIn(20, makeFacts({ seed: rig.id, people: 40, each: 14 }), 200);
      for (let round = 0; round < 20; round += 1) {
        await rig.terminateBackends();
        await rig.pause(200);
      }
      rig.faultOver();
      await feeding;
    },
  },
];
