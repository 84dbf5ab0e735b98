import { contracts } from '@tributary/contracts';
import { appendOutbox } from '@tributary/persistence';
import type { Cell } from '../cell.ts';
import { makeFacts } from '../oracle/make-facts.ts';
import { changeEvent, fillOutbox, keyNamed } from '../rig/fill-outbox.ts';

const COMPONENT = 'relay';
const TOPIC = contracts.identityChange.topic;
/** Over the broker's bound of 2 MiB. */
const TOO_LARGE = 2_300_000;

/** F25 to F28: what a relay meets while it lives. */
export const relayQueues: readonly Cell[] = [
  {
    id: 'F25',
    component: COMPONENT,
    fault: 'two relays believe they own a shard',
    how: 'one relay stops (SIGSTOP) with rows selected; another takes its shards over and publishes more of the same keys; then the first goes on',
    recovery: 10,
    async run(rig) {
      const zombie = await rig.up({ apps: [], line: 1, at: [{ step: 'relay-selected', nth: 1, act: 'stop' }] });
      await fillOutbox(rig, 'early', 600, 40, 200);
      await zombie.reached('relay-selected');
      await rig.up({ apps: [], line: 2 });
      await fillOutbox(rig, 'late', 600, 40, 200);
      rig.faultOver();
    },
    async afterwards(rig) {
      const [zombie] = rig.processes;
      zombie?.signal('SIGCONT');
      await fillOutbox(rig, 'last', 400, 40, 200);
      await rig.settled(30_000);
      rig.demand(zombie?.alive === true, 'the relay that woke up ended');
    },
  },
  {
    id: 'F26a',
    component: COMPONENT,
    fault: 'the answer to a Produce is lost while rows wait',
    how: 'a proxy swallows the second answer to Produce, and breaks the connection in the place of the fourth; facts go on',
    fast: true,
    recovery: 10,
    async run(rig) {
      await rig.up();
      let answers = 0;
      rig.lines().kafka.onAnswer((kind) => {
        if (kind !== 'Produce') return 'pass';
        answers += 1;
        return answers === 2 ? 'swallow' : answers === 4 ? 'cut' : 'pass';
      });
      await rig.sendIn(20, makeFacts({ seed: rig.id, people: 30, each: 14 }), 100);
      await rig.until(() => answers >= 2, 'an answer to Produce was swallowed');
      rig.faultOver();
    },
  },
  {
    id: 'F26b',
    component: COMPONENT,
    fault: 'Kafka is out of the reach of the relay while rows wait',
    how: 'its line to Kafka is refused for 40 s, longer than the client tries, with rows selected and more coming in',
    recovery: 10,
    async run(rig) {
      const relay = await rig.up({ apps: [], line: 1, at: [{ step: 'relay-selected', nth: 2, act: 'wait' }] });
      await fillOutbox(rig, 'early', 200, 40, 200);
      await fillOutbox(rig, 'late', 600, 40, 200);
      await relay.reached('relay-selected');
      rig.lines(1).kafka.refuse();
      relay.go();
      await rig.pause(40_000);
      await fillOutbox(rig, 'last', 200, 40, 200);
      rig.lines(1).kafka.heal();
      rig.faultOver();
    },
  },
  {
    id: 'F27',
    component: COMPONENT,
    fault: "a row larger than the broker's limit",
    how: 'the payload of a row is blown up to 2.3 MB past the check of the writer; its key waits, the others flow; when a person has made it smaller and freed the key, it goes out in order',
    recovery: 10,
    async run(rig) {
      const relay = await rig.up({ apps: [] });
      const key = keyNamed('999');
      await rig.database.transaction(async (tx) => {
        await appendOutbox(tx, [changeEvent('large', key), changeEvent('behind', key), changeEvent('beside', keyNamed('1'))]);
        await tx.query(`UPDATE hub.outbox SET payload = payload || convert_to(repeat('x', ${TOO_LARGE}), 'UTF8') WHERE id = 'large'`);
      });
      await fillOutbox(rig, 'others', 200, 20, 50);
      const held = (): Promise<{ reason: string | null }[]> =>
        rig.database.query('SELECT reason FROM hub.outbox_held WHERE topic = $1 AND key = $2', [TOPIC, key]);
      await rig.until(async () => (await held()).length > 0, 'the large row is held');
      rig.demand((await held()).length === 2, 'the row behind the large one is not held with it');
      rig.demand((await held()).filter((row) => row.reason !== null).length === 1, 'the reason does not stand with the large row alone');
      const { ops } = await relay.ready;
      const ready = await fetch(`${ops}/ready`);
      rig.demand(ready.status === 503 && (await ready.text()).includes(TOPIC), 'no alarm: the process says it is ready');
      await rig.until(async () => (await rig.settled(20_000)) === undefined, 'the others flow');
      await rig.database.query(`UPDATE hub.outbox SET payload = substr(payload, 1, length(payload) - ${TOO_LARGE}) WHERE id = 'large'`);
      rig.faultOver();
      await rig.freeKey(TOPIC, key);
    },
  },
  {
    id: 'F28',
    component: COMPONENT,
    fault: 'a long outage of the relay: 2,000,000 rows behind',
    how: 'scaled down: 60,000 rows over 2,000 keys are written while no relay runs; then one drains them while 6,000 more come in',
    recovery: 60,
    async run(rig) {
      await fillOutbox(rig, 'backlog', 60_000, 2_000, 2_000);
      rig.faultOver();
      await rig.up({ apps: [] });
      await fillOutbox(rig, 'live', 6_000, 2_000, 100);
    },
  },
];
