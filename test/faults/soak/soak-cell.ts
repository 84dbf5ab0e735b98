import type { Cell } from '../cell.ts';
import { makeFacts } from '../oracle/make-facts.ts';
import { seededRandom } from '../oracle/seeded-random.ts';
import type { CellRig } from '../rig/cell-rig.ts';
import { soakFaults } from './soak-faults.ts';
import { Steadiness } from './steadiness.ts';
import { Workers } from './workers.ts';

/** How long, how fast, with which luck. */
export interface SoakOptions {
  readonly minutes: number;
  readonly seed: string;
  /** Facts a second, about. */
  readonly rate: number;
  /** Names of the faults to pick from. */
  readonly faults: readonly string[];
  /** Told of every fault. */
  readonly onFault: (name: string, seconds: number) => void;
  /** Told what the processes took, at the end. */
  readonly onFigures: (line: string) => void;
}

const LINES = 2;
const PEOPLE = 20;
const EACH = 12;

/** F62: faults picked at random, one after the other, under steady load. */
export function soakCell({ minutes, seed, rate, faults, onFault, onFigures }: SoakOptions): Cell {
  return {
    id: 'F62',
    component: 'soak',
    fault: `${minutes} minutes of faults picked at random`,
    how: `seed ${seed}, ${rate} facts a second, two processes with profile and insight`,
    recovery: 120,
    async run(rig) {
      rig.supervised = true;
      const random = seededRandom(`${seed}-faults`);
      const workers = new Workers(rig);
      await workers.start(LINES);
      const steadiness = new Steadiness(rig, workers, LINES);
      const began = performance.now();
      const until = began + minutes * 60_000;
      const feeding = feed(rig, workers, seed, rate, until);
      const watching = setInterval(() => steadiness.look(), 2_000);
      try {
        while (performance.now() < until) {
          const name = faults[random.below(faults.length)] ?? 'kill';
          onFault(name, (performance.now() - began) / 1000);
          rig.history.note('fault', { name });
          await soakFaults[name]?.(rig, workers, random);
          await rig.pause(5_000 + random.below(15_000));
        }
        await feeding;
      } finally {
        clearInterval(watching);
      }
      for (const line of rig.stack.lines) line.healAll();
      rig.faultOver();
      const missing = await rig.settled(120_000);
      rig.demand(missing === undefined, 'not everything was in two minutes after the last fault');
      workers.stop();
      for (const line of [`${rig.facts.length} facts sent`, ...steadiness.demand()]) onFigures(line);
    },
  };
}

/** Sends facts of ever new people until the time is up. */
async function feed(rig: CellRig, workers: Workers, seed: string, rate: number, until: number): Promise<void> {
  const round = 0.2;
  let firstPerson = 0;
  let firstN = 0;
  let ready: ReturnType<typeof makeFacts> = [];
  while (performance.now() < until) {
    await rig.pause(round * 1000);
    if (ready.length < rate) {
      const made = makeFacts({ seed: `${seed}-${firstPerson}`, firstPerson, firstN, people: PEOPLE, each: EACH });
      firstPerson += PEOPLE;
      firstN += made.length;
      ready = [...ready, ...made];
    }
    await workers.feed(() => rig.send(ready.splice(0, Math.max(1, Math.round(rate * round)))));
  }
}
