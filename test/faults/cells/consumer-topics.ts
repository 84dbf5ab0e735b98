import { contracts } from '@tributary/contracts';
import type { Cell } from '../cell.ts';
import { makeFacts } from '../oracle/make-facts.ts';
import type { CellRig } from '../rig/cell-rig.ts';
import { PARTITIONS } from '../rig/stack.ts';

const COMPONENT = 'consumer';
const TOPIC = contracts.return.topic;

/** Runs to the end of a first batch of facts and stops the consumer. */
async function consumeAndStop(rig: CellRig): Promise<void> {
  const worker = await rig.up();
  await rig.send(makeFacts({ seed: rig.id, people: 30, each: 14 }));
  await rig.consumed();
  worker.signal('SIGTERM');
  await worker.end();
}

/** Starts a consumer that must halt the topic of returns with a reason, and no other. */
async function mustHalt(rig: CellRig, reason: RegExp): Promise<void> {
  for (let partition = 0; partition < PARTITIONS; partition += 1) rig.halted.add(`profile ${TOPIC}/${partition}`);
  rig.except((fact) => fact.kind === 'RETURN' && fact.n >= 10_000);
  const stood = await rig.positions(TOPIC);
  rig.faultOver();
  const worker = await rig.up();
  const { ops } = await worker.ready;
  const halted = (): boolean => reason.test(worker.log);
  await rig.until(async () => halted() || (await rig.positions(TOPIC)) !== stood, `a partition halted, or went on (${reason})`);
  rig.demand(halted(), `went on without saying that a partition halted (${reason})`);
  const answer = await fetch(`${ops}/ready`);
  rig.demand(answer.status === 503 && (await answer.text()).includes(TOPIC), 'the process says it is ready');
}

/** F21, F22: the topic is not what it was. Both end at a person: the partition stands still, everything else flows. */
export const consumerTopics: readonly Cell[] = [
  {
    id: 'F21',
    component: COMPONENT,
    fault: 'retention passed our position (topic trimmed)',
    how: 'records of one topic that were not read yet are deleted by deleteTopicRecords, and more come after them; the partitions must halt with the exact range, the others go on',
    recovery: 25,
    async run(rig) {
      await consumeAndStop(rig);
      await rig.send(makeFacts({ seed: `${rig.id}-later`, firstPerson: 100, firstN: 10_000, people: 20, each: 12 }));
      await rig.trim(TOPIC);
      // What comes after the hole is what a consumer that passes over it would go on with.
      await rig.send(makeFacts({ seed: `${rig.id}-after`, firstPerson: 200, firstN: 20_000, people: 20, each: 12 }));
      await mustHalt(rig, /partition halted: offsets \d+ to \d+ were removed by the broker before they were read/);
    },
  },
  {
    id: 'F22',
    component: COMPONENT,
    fault: 'topic deleted and made again',
    how: 'deleteTopics and createTopics of one topic while the consumer is away; the partitions must halt, the others go on',
    recovery: 25,
    async run(rig) {
      await consumeAndStop(rig);
      await rig.remake(TOPIC);
      await rig.send(makeFacts({ seed: `${rig.id}-later`, firstPerson: 100, firstN: 10_000, people: 6, each: 8 }));
      await mustHalt(rig, /partition halted: stored offset \d+ is beyond the end \d+/);
    },
  },
];
