import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Cell } from '../cell.ts';
import { makeFacts } from '../oracle/make-facts.ts';

const COMPONENT = 'network';

/** F50 to F52: parts of the network are gone. */
export const networkCells: readonly Cell[] = [
  {
    id: 'F50',
    component: COMPONENT,
    fault: 'the consumer reaches Kafka and not PostgreSQL',
    how: 'the line to PostgreSQL is a black hole for 25 s; another consumer waits in the group',
    recovery: 15,
    async run(rig) {
      await rig.up();
      const facts = makeFacts({ seed: rig.id, people: 40, each: 14 });
      await rig.sendIn(3, facts.slice(0, 150), 100);
      await rig.consumed();
      const before = await rig.members('profile');
      rig.lines().postgres.lose();
      await rig.sendIn(5, facts.slice(150), 500);
      await rig.pause(22_000);
      rig.demand((await rig.members('profile')).join() === before.join(), 'the consumer lost its place in the group');
      rig.lines().postgres.heal();
      rig.faultOver();
    },
  },
  {
    id: 'F51a',
    component: COMPONENT,
    fault: 'answers of PostgreSQL are lost (one way)',
    how: 'what the server sends is lost for 10 s while questions pass; then the connections break',
    fast: true,
    recovery: 15,
    async run(rig) {
      await rig.up();
      const facts = makeFacts({ seed: rig.id, people: 40, each: 14 });
      await rig.sendIn(3, facts.slice(0, 150), 100);
      rig.lines().postgres.lose('down');
      await rig.sendIn(5, facts.slice(150), 500);
      await rig.pause(7_500);
      rig.lines().postgres.reset();
      rig.lines().postgres.heal();
      rig.faultOver();
    },
  },
  {
    id: 'F51b',
    component: COMPONENT,
    fault: 'a connection to PostgreSQL goes silent for good and does not break',
    how: 'from a COMMIT on nothing of what the server answers on that connection arrives; others work. Bounded by the time a statement may take (30 s)',
    recovery: 40,
    async run(rig) {
      await rig.up();
      let silenced = false;
      rig.lines().postgres.onAnswer((kind) => {
        if (kind !== 'COMMIT' || silenced) return 'pass';
        silenced = true;
        return 'silence';
      });
      await rig.sendIn(6, makeFacts({ seed: rig.id, people: 30, each: 14 }), 100);
      await rig.until(() => silenced, 'a connection went silent');
      rig.faultOver();
    },
  },
  {
    id: 'F52',
    component: COMPONENT,
    fault: 'DNS returns nothing',
    how: 'services are found by name; the resolver of the process (a stub of dns.lookup) fails for 20 s, half-way through which every connection breaks',
    recovery: 30,
    async run(rig) {
      const down = join(rig.stack.folder, `${rig.id}-dns-down`);
      const env = { NODE_OPTIONS: `--import=${new URL('../rig/dns-stub.mjs', import.meta.url).href}`, FAULTS_DNS_DOWN: down };
      await rig.up({ host: 'hub.faults.invalid', env });
      const facts = makeFacts({ seed: rig.id, people: 40, each: 14 });
      await rig.send(facts.slice(0, 150));
      writeFileSync(down, '');
      await rig.send(facts.slice(150, 250));
      await rig.consumed();
      for (const line of [rig.lines().kafka, rig.lines().postgres]) line.reset();
      await rig.sendIn(5, facts.slice(250), 500);
      await rig.pause(15_000);
      rmSync(down);
      rig.faultOver();
    },
  },
];
