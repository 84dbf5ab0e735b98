import type { Cell } from '../cell.ts';
import { encodeFact } from '../oracle/encode-fact.ts';
import { makeFacts } from '../oracle/make-facts.ts';
import type { CellRig } from '../rig/cell-rig.ts';
import { acceptable } from '../rig/sender.ts';

const COMPONENT = 'Kafka';
const TRANSACTION_MS = 5_000;

/** Fills the outbox, then kills the broker at a produce request of the relay. */
async function killInProduce(rig: CellRig): Promise<void> {
  await rig.emptiedForGood();
  await rig.up({ relay: false });
  // More rows than the relay takes at once, so that it sends several times.
  await rig.send(makeFacts({ seed: rig.id, people: 90, each: 14 }));
  await rig.consumed();
  rig.start({ apps: [], line: 1 });
  let produced = 0;
  let killing: Promise<void> | undefined;
  rig.lines(1).kafka.onAnswer((kind) => {
    if (kind !== 'Produce') return 'pass';
    produced += 1;
    if (produced < 2) return 'pass';
    killing ??= rig.killBroker();
    return 'swallow';
  });
  await rig.until(() => killing !== undefined, 'a produce request was answered');
  await killing;
  rig.lines(1).kafka.heal();
  await rig.pause(2_000);
  await rig.stack.services.restart('kafka');
  rig.faultOver();
}

/** Somebody else writes facts in transactions: one is committed, one stays open while the broker dies. */
async function foreignTransaction(rig: CellRig): Promise<void> {
  await rig.emptiedForGood();
  await rig.up();
  const producer = rig.kafka.producer({
    transactionalId: `foreign-${rig.id}-${Date.now()}`,
    idempotent: true,
    maxInFlightRequests: 1,
    transactionTimeout: TRANSACTION_MS,
  });
  await producer.connect();
  const messagesOf = (facts: ReturnType<typeof makeFacts>) =>
    facts.map((fact) => encodeFact(fact)).map(({ topic, ...message }) => ({ topic, messages: [message] }));
  const committed = acceptable(makeFacts({ seed: `${rig.id}-committed`, people: 5, each: 10 }));
  const first = await producer.transaction();
  await first.sendBatch({ topicMessages: messagesOf(committed) });
  await first.commit();
  rig.facts.push(...committed);
  const aborted = acceptable(makeFacts({ seed: `${rig.id}-open`, firstPerson: 500, firstN: 10_000, people: 5, each: 10 }));
  const second = await producer.transaction();
  await second.sendBatch({ topicMessages: messagesOf(aborted) });
  rig.history.note('a transaction stays open', { records: aborted.length });
  await rig.killBroker();
  await rig.stack.services.restart('kafka');
  await rig.brokersLead();
  await rig.send(makeFacts({ seed: `${rig.id}-later`, firstPerson: 100, firstN: 20_000, people: 20, each: 10 }));
  rig.faultOver();
  // The ends of partitions that the broker tells lie before the open transaction: that they are reached says nothing of what follows it.
  rig.waitsForBooks();
  await rig.settled();
  const applied = await rig.database.query(`SELECT FROM profile.document WHERE document_id ~ '^[opr]-50[0-4]-'`);
  rig.demand(applied.length === 0, `${applied.length} documents of an aborted transaction were applied`);
  await producer.disconnect().catch((error: unknown) => rig.history.note('the foreign producer ended', { error: String(error) }));
}

/** F43, F44: the one broker dies. */
export const kafkaBroker: readonly Cell[] = [
  {
    id: 'F43',
    component: COMPONENT,
    fault: 'kill -9 of the only broker in the middle of a produce',
    how: 'SIGKILL at the second answer to the relay, which is swallowed; down for 2 s; the stage fetches all the while',
    recovery: 30,
    run: killInProduce,
  },
  {
    id: 'F44',
    component: COMPONENT,
    fault: "kill -9 of the broker between begin and end of a foreign producer's transaction",
    how: `a transaction of ${TRANSACTION_MS / 1000} s is left open on the fact topics; what follows it waits until the coordinator (which looks every 10 s) aborts it; an earlier one was committed`,
    recovery: TRANSACTION_MS / 1000 + 10 + 10,
    run: foreignTransaction,
  },
];
