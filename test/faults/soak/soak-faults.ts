import type { CellRig } from '../rig/cell-rig.ts';
import type { Random } from '../oracle/seeded-random.ts';
import type { Workers } from './workers.ts';

/** A fault of the soak; resolves when it is over. */
export type SoakFault = (rig: CellRig, workers: Workers, random: Random) => Promise<void>;

const LINES = 2;

/** Answers the next matching answer on a line with a verdict. */
function spoilAnswer(rig: CellRig, line: number, service: 'kafka' | 'postgres', kind: string, verdict: 'cut' | 'swallow'): void {
  let done = false;
  rig.lines(line)[service].onAnswer((answer) => {
    if (done || answer !== kind) return 'pass';
    done = true;
    return verdict;
  });
}

/** What may happen, by name. */
export const soakFaults: Readonly<Record<string, SoakFault>> = {
  async kill(_rig, workers, random) {
    await workers.kill(random.below(LINES));
  },
  async standStill(rig, workers, random) {
    const worker = workers.at(random.below(LINES));
    worker.signal('SIGSTOP');
    await rig.pause(5_000 + random.below(15_000));
    worker.signal('SIGCONT');
  },
  async backends(rig) {
    for (let round = 0; round < 5; round += 1) {
      await rig.terminateBackends();
      await rig.pause(300);
    }
  },
  async postgres(rig, _workers, random) {
    rig.killService('postgres', 'SIGKILL');
    await rig.pause(random.below(4_000));
    await rig.stack.services.restart('postgres');
  },
  async kafka(rig, workers, random) {
    await workers.withoutFeed(async () => {
      rig.killService('kafka', 'SIGKILL');
      await rig.pause(random.below(4_000));
      await rig.stack.services.restart('kafka');
    });
  },
  async reset(rig, _workers, random) {
    const { kafka, postgres } = rig.lines(random.below(LINES));
    (random.chance(0.5) ? kafka : postgres).reset();
    await rig.pause(500);
  },
  async commitCut(rig, _workers, random) {
    const line = random.below(LINES);
    spoilAnswer(rig, line, 'postgres', 'COMMIT', 'cut');
    await rig.pause(3_000);
  },
  async produceLost(rig, _workers, random) {
    const line = random.below(LINES);
    spoilAnswer(rig, line, 'kafka', 'Produce', random.chance(0.5) ? 'cut' : 'swallow');
    await rig.pause(3_000);
  },
  async slow(rig, _workers, random) {
    const { postgres } = rig.lines(random.below(LINES));
    postgres.delay(20 + random.below(80));
    await rig.pause(6_000);
    postgres.heal();
  },
  async answersLost(rig, _workers, random) {
    const { postgres } = rig.lines(random.below(LINES));
    postgres.lose('down');
    await rig.pause(2_000 + random.below(6_000));
    postgres.reset();
    postgres.heal();
  },
  async blackHole(rig, _workers, random) {
    const { kafka } = rig.lines(random.below(LINES));
    kafka.lose();
    await rig.pause(2_000 + random.below(15_000));
    kafka.heal();
  },
};
