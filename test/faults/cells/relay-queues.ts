import { contracts, type AnyContract, type IdentityChange } from '@tributary/contracts';
import { appendOutbox, type OutboxEvent } from '@tributary/persistence';
import type { Cell } from '../cell.ts';
import { makeFacts } from '../oracle/make-facts.ts';
import type { CellRig } from '../rig/cell-rig.ts';

const COMPONENT = 'relay';
const TOPIC = contracts.identityChange.topic;
/** 2026-03-01, microseconds. */
const AT = Date.UTC(2026, 2, 1) * 1000;
/** Over the broker's bound of 2 MiB. */
const TOO_LARGE = 2_300_000;

const keyNamed = (name: string): string => `00000000-0000-4000-8000-${name.padStart(12, '0')}`;

/** An identity change, the smallest event of an app; what it says does not matter here. */
function changeEvent(name: string, key: string): OutboxEvent<IdentityChange> {
  return {
    contract: contracts.identityChange as unknown as AnyContract,
    id: name,
    source: 'faults',
    key,
    time: '2026-03-01T00:00:00Z',
    value: (seq) => ({
      profileId: key,
      seq,
      change: 'CREATED',
      otherProfileId: null,
      identifierKind: null,
      identifierHash: null,
      causeSource: 'faults',
      causeId: name,
      at: AT,
    }),
  };
}

/** Writes `count` events over `keys` keys into the outbox, in transactions of `each`, as an app would. */
async function fillOutbox(rig: CellRig, prefix: string, count: number, keys: number, each: number): Promise<void> {
  for (let from = 0; from < count; from += each)
    await rig.database.transaction((tx) =>
      appendOutbox(
        tx,
        Array.from({ length: Math.min(each, count - from) }, (_, index) =>
          changeEvent(`${prefix}-${from + index}`, keyNamed(String((from + index) % keys))),
        ),
      ),
    );
  rig.history.note('outbox filled', { count, keys });
}

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
    id: 'F26',
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
      await rig.until(async () => (await held()).length === 2, 'the large row and the one behind it are held');
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
