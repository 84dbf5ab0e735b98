import { join } from 'node:path';
import { contracts } from '@tributary/contracts';
import { createKafka, type Kafka } from '@tributary/kafka';
import type { Cell } from '../cell.ts';
import { makeFacts } from '../oracle/make-facts.ts';
import type { CellRig } from '../rig/cell-rig.ts';
import { startCluster, type KafkaCluster } from '../rig/kafka-cluster.ts';
import { quiet } from '../rig/stack.ts';

const COMPONENT = 'Kafka';
const NODES = 3;

/** Three brokers for this cell alone: replication 3, two in-sync replicas for a write. */
async function openCluster(rig: CellRig): Promise<KafkaCluster> {
  const cluster = await startCluster({ folder: join(rig.stack.folder, `cluster-${rig.id}`), nodes: NODES, minInSync: 2 });
  rig.closers.push(() => cluster.stop());
  rig.useBrokers(cluster.kafka, cluster.brokers);
  return cluster;
}

/** Leaders of the partitions of a topic, node numbers. */
async function leadersOf(kafka: Kafka, topic: string): Promise<number[]> {
  const admin = kafka.admin();
  await admin.connect();
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: [topic] });
    return (topics[0]?.partitions ?? []).map(({ leader }) => leader);
  } finally {
    await admin.disconnect();
  }
}

/** The leader stands still until everything is in without it; what it may still want to write, or answer, it does then, and is judged too. */
function leaderStandsStill(): Pick<Cell, 'run' | 'afterwards'> {
  let goOn: (() => void) | undefined;
  return {
    async run(rig) {
      const cluster = await openCluster(rig);
      await rig.up();
      await rig.send(makeFacts({ seed: rig.id, people: 20, each: 12 }));
      rig.waitsForBooks();
      await rig.settled();
      const { topic } = contracts.order;
      const leader = (await leadersOf(cluster.kafka, topic))[0] ?? 1;
      cluster.signal(leader, 'SIGSTOP');
      goOn = () => cluster.signal(leader, 'SIGCONT');
      rig.history.note('leader stands still', { leader });
      rig.faultOver();
      // The rig asks the others: what it waited for an answer itself would count as the hub's recovery. The hub knows all three.
      const others = cluster.brokers.filter((_, index) => index !== leader - 1);
      rig.useBrokers(createKafka(others, 'faults', quiet), cluster.brokers);
      await rig.renewProducer();
      await rig.until(async () => !(await leadersOf(rig.kafka, topic)).includes(leader), 'other brokers lead', 40_000);
      await rig.send(makeFacts({ seed: `${rig.id}-later`, firstPerson: 100, firstN: 10_000, people: 20, each: 12 }));
    },
    async afterwards(rig) {
      goOn?.();
      rig.history.note('the former leader goes on');
      await rig.pause(3_000);
    },
  };
}

async function belowMinimum(rig: CellRig): Promise<void> {
  const cluster = await openCluster(rig);
  await rig.up({ relay: false });
  await rig.send(makeFacts({ seed: rig.id, people: 20, each: 12 }));
  await rig.consumed();
  cluster.signal(1, 'SIGKILL');
  cluster.signal(2, 'SIGKILL');
  await Promise.all([cluster.ended(1), cluster.ended(2)]);
  const pending = async (): Promise<number> => {
    const [row] = await rig.database.query<{ rows: bigint }>('SELECT coalesce(sum(rows), 0)::bigint AS rows FROM hub.outbox_pending');
    return Number(row?.rows);
  };
  const before = await pending();
  const relay = rig.start({ apps: [], line: 1 });
  await rig.pause(12_000);
  const after = await pending();
  rig.demand(before > 0 && after === before, `${before - after} of ${before} rows were taken as acknowledged by a broker alone`);
  rig.demand(relay.alive, 'the relay died');
  await Promise.all([cluster.restart(1), cluster.restart(2)]);
  rig.faultOver();
  rig.waitsForBooks();
  await rig.brokersLead();
  await rig.send(makeFacts({ seed: `${rig.id}-later`, firstPerson: 100, firstN: 10_000, people: 10, each: 12 }));
}

async function coordinatorMoves(rig: CellRig): Promise<void> {
  const cluster = await openCluster(rig);
  // Slow batches, so that offsets are still being committed when the coordinator goes.
  await rig.up({ at: [{ step: 'batch-taken', nth: 1, act: 'sleep', ms: 400, every: true }] });
  await rig.sendIn(20, makeFacts({ seed: rig.id, people: 40, each: 14 }));
  const admin = cluster.kafka.admin();
  await admin.connect();
  const described = await admin.describeGroups(['profile']);
  await admin.disconnect();
  rig.demand(described.groups[0]?.state === 'Stable', `the group is ${described.groups[0]?.state}`);
  const coordinator = await coordinatorOf(cluster, 'profile');
  rig.history.note('coordinator dies', { coordinator });
  cluster.signal(coordinator, 'SIGKILL');
  await cluster.ended(coordinator);
  rig.faultOver();
  await rig.consumed();
  await cluster.restart(coordinator);
}

/** Node that coordinates a group: the leader of its partition of the offsets topic, which a group's name decides as Java hashes it. */
async function coordinatorOf(cluster: KafkaCluster, group: string): Promise<number> {
  const leaders = await offsetsLeaders(cluster);
  let hash = 0;
  for (const char of group) hash = (Math.imul(31, hash) + char.charCodeAt(0)) | 0;
  return leaders.get((hash & 0x7fffffff) % leaders.size) ?? 1;
}

async function offsetsLeaders(cluster: KafkaCluster): Promise<Map<number, number>> {
  const admin = cluster.kafka.admin();
  await admin.connect();
  try {
    const { topics } = await admin.fetchTopicMetadata({ topics: ['__consumer_offsets'] });
    return new Map((topics[0]?.partitions ?? []).map(({ partitionId, leader }) => [partitionId, leader]));
  } finally {
    await admin.disconnect();
  }
}

/** F45, F46, F48: three brokers. */
export const kafkaClusterCells: readonly Cell[] = [
  {
    id: 'F45',
    component: COMPONENT,
    fault: 'SIGSTOP of a leader of three brokers',
    how: 'the leader of a fact partition stands still; facts that come in must be applied and published without it, counted from the SIGSTOP; then SIGCONT',
    recovery: 45,
    ...leaderStandsStill(),
  },
  {
    id: 'F46',
    component: COMPONENT,
    fault: 'two of three brokers down',
    how: 'SIGKILL of two (and with them of the quorum) for 12 s: nothing of the outbox may be taken as acknowledged; both come back',
    recovery: 60,
    run: belowMinimum,
  },
  {
    id: 'F48',
    component: COMPONENT,
    fault: 'the group coordinator moves during commits',
    how: 'SIGKILL of the broker that coordinates the group, in the middle of many slow batches',
    recovery: 30,
    run: coordinatorMoves,
  },
];
