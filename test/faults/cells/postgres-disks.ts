import type { Cell } from '../cell.ts';
import type { Fact } from '../oracle/fact.ts';
import { makeFacts } from '../oracle/make-facts.ts';
import type { CellRig } from '../rig/cell-rig.ts';
import type { HubProcess } from '../rig/hub-process.ts';
import { smallPostgres } from '../rig/small-postgres.ts';

const COMPONENT = 'PostgreSQL';
const ROUND = 400;

/** Feeds until the disk is felt: existing pages and segments have room for a while. */
async function feedUntil(rig: CellRig, worker: HubProcess, felt: (log: string) => boolean): Promise<void> {
  for (let round = 0; round < 30; round += 1) {
    const facts: Fact[] = makeFacts({
      seed: `${rig.id}-${round}`,
      firstPerson: 1_000 + 40 * round,
      firstN: 20_000 + 1_000 * round,
      people: 40,
      each: ROUND / 40,
    });
    await rig.sendIn(2, facts, 300);
    if (felt(worker.log)) return;
  }
  throw new Error('the full disk was not felt');
}

/** F38, F39: a full disk. */
export const postgresDisks: readonly Cell[] = [
  {
    id: 'F38',
    component: COMPONENT,
    fault: 'the data directory is full',
    how: 'data on a tmpfs of 1.2 GB, the WAL elsewhere; a ballast file takes the last block; facts until writes fail with 53100; the ballast goes after 5 s',
    recovery: 15,
    async run(rig) {
      const small = await smallPostgres(rig, 'data');
      const worker = await rig.up();
      await rig.send(makeFacts({ seed: rig.id, people: 20, each: 12 }));
      await rig.consumed();
      small.fill();
      await feedUntil(rig, worker, (log) => log.includes('53100'));
      await rig.pause(5_000);
      rig.demand(worker.alive, 'the process ended');
      small.free();
      rig.faultOver();
    },
  },
  {
    id: 'F39',
    component: COMPONENT,
    fault: 'the WAL volume is full',
    how: 'the WAL on a tmpfs of 112 MB; a ballast file takes the last block; facts until the server stops itself; the ballast goes, the server is started again, the hub is not',
    recovery: 20,
    async run(rig) {
      const small = await smallPostgres(rig, 'wal');
      const worker = await rig.up();
      await rig.send(makeFacts({ seed: rig.id, people: 20, each: 12 }));
      await rig.consumed();
      small.fill();
      await feedUntil(rig, worker, (log) => /ECONNREFUSED|57P0|No space left|terminat/.test(log));
      await rig.pause(3_000);
      rig.demand(worker.alive, 'the process ended');
      small.free();
      await small.services.restart('postgres');
      rig.faultOver();
    },
  },
];
