import { join } from 'node:path';
import { contracts } from '@tributary/contracts';
import kafkajs, { type AclOperationTypes as AclOperation, type AclPermissionTypes as AclPermission } from 'kafkajs';
import type { Cell } from '../cell.ts';
import { makeFacts } from '../oracle/make-facts.ts';
import type { CellRig } from '../rig/cell-rig.ts';
import type { HubProcess } from '../rig/hub-process.ts';
import { startCluster, type KafkaCluster } from '../rig/kafka-cluster.ts';
import { SmallDisk } from '../rig/small-disk.ts';

// A CommonJS package: its enums are no named exports to an ES module.
const { AclOperationTypes, AclPermissionTypes, AclResourceTypes, ResourcePatternTypes } = kafkajs;
const COMPONENT = 'Kafka';
const DISK_MB = 96;
/** Lines that a process may log in a second without being called a busy loop. */
const LINES_A_SECOND = 20;
const WATCHED_MS = 5_000;
const NOT_ALLOWED = /authori[sz]ed to access topics/i;
const GONE = /a consumer is gone for good/;

async function openBroker(rig: CellRig, folder: string, settings: Readonly<Record<string, string | number>>): Promise<KafkaCluster> {
  const cluster = await startCluster({ folder, nodes: 1, minInSync: 1, settings });
  rig.closers.push(() => cluster.stop());
  rig.useBrokers(cluster.kafka, cluster.brokers);
  return cluster;
}

const linesOf = (log: string): number => log.split('\n').length;

async function diskFull(rig: CellRig): Promise<void> {
  const disk = await SmallDisk.mount(join(rig.stack.folder, `disk-${rig.id}`), DISK_MB);
  rig.closers.push(() => disk.unmount());
  const cluster = await openBroker(rig, disk.folder, {});
  await rig.up({ relay: false });
  await rig.send(makeFacts({ seed: rig.id, people: 60, each: 14 }));
  await rig.consumed();
  disk.fill();
  const relay = rig.start({ apps: [], line: 1 });
  const how = await cluster.ended(1);
  rig.history.note('the broker gave up', { how });
  const rate = await linesASecond(rig, relay);
  rig.demand(rate < LINES_A_SECOND, `the relay logged ${rate.toFixed(0)} lines a second: a busy loop`);
  disk.free();
  await cluster.restart(1);
  rig.faultOver();
  rig.waitsForBooks();
  await rig.brokersLead();
}

type Acl = Parameters<ReturnType<KafkaCluster['kafka']['admin']>['createAcls']>[0]['acl'][number];

const acl = (topic: string, operation: AclOperation, permissionType: AclPermission): Acl => ({
  resourceType: AclResourceTypes.TOPIC,
  resourceName: topic,
  resourcePatternType: ResourcePatternTypes.LITERAL,
  principal: permissionType === AclPermissionTypes.ALLOW ? 'User:*' : 'User:ANONYMOUS',
  host: '*',
  operation,
  permissionType,
});

const DENIED = AclPermissionTypes.DENY;

/** The hub may not write one of its topics, and then not read one of facts: the relay backs off and says so, the consumer ends with the reason. */
async function forbidden(rig: CellRig): Promise<void> {
  const cluster = await openBroker(rig, join(rig.stack.folder, `acl-${rig.id}`), {
    'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
    'allow.everyone.if.no.acl.found': 'true',
  });
  const admin = cluster.kafka.admin();
  await admin.connect();
  rig.closers.push(() => admin.disconnect());
  const { topic: read } = contracts.payment;
  const { topic: written } = contracts.activity;
  await admin.createAcls({ acl: [read, written].map((topic) => acl(topic, AclOperationTypes.ALL, AclPermissionTypes.ALLOW)) });
  const worker = await rig.up();
  await rig.send(makeFacts({ seed: rig.id, people: 20, each: 12 }));
  rig.waitsForBooks();
  await rig.settled();

  const noWrite = acl(written, AclOperationTypes.WRITE, DENIED);
  await admin.createAcls({ acl: [noWrite] });
  rig.history.note('may not write', { written });
  await rig.send(makeFacts({ seed: `${rig.id}-later`, firstPerson: 100, firstN: 10_000, people: 20, each: 12 }));
  await rig.until(() => /relay waits/.test(worker.log) && NOT_ALLOWED.test(worker.log), 'the log says that writing is not allowed', 30_000);
  await rig.consumed();
  const rate = await linesASecond(rig, worker);
  rig.demand(rate < LINES_A_SECOND, `${rate.toFixed(0)} lines a second were logged: a busy loop`);
  rig.demand(worker.alive, 'the process ended because one topic may not be written');

  const noRead = acl(read, AclOperationTypes.READ, DENIED);
  await admin.createAcls({ acl: [noRead] });
  rig.history.note('may not read', { read });
  rig.mayEnd(worker);
  const code = await worker.end();
  rig.demand(code === 1 && GONE.test(worker.log), `the process that may not read ended with ${code} and without the reason`);
  await rig.send(makeFacts({ seed: `${rig.id}-last`, firstPerson: 200, firstN: 20_000, people: 20, each: 12 }));
  // Started again by whatever looks after it, it finds the same and ends the same way.
  const again = rig.start();
  rig.mayEnd(again);
  again.ready.catch((error: unknown) => void error);
  const second = await again.end();
  rig.demand(second === 1 && NOT_ALLOWED.test(again.log), `the process that was started again ended with ${second} and without the reason`);
  await admin.deleteAcls({ filters: [noWrite, noRead].map((own) => ({ ...own, resourcePatternType: ResourcePatternTypes.LITERAL })) });
  rig.faultOver();
  await rig.up();
}

async function linesASecond(rig: CellRig, worker: HubProcess): Promise<number> {
  const before = linesOf(worker.log);
  await rig.pause(WATCHED_MS);
  return (linesOf(worker.log) - before) / (WATCHED_MS / 1000);
}

/** F47, F49: a broker of its own, full or forbidding. */
export const kafkaTroubles: readonly Cell[] = [
  {
    id: 'F47',
    component: COMPONENT,
    fault: "the broker's disk is full",
    how: `a broker of its own on a tmpfs of ${DISK_MB} MB that a ballast file fills; it exits at the next write; the ballast goes and it is started again, the hub is not`,
    recovery: 60,
    run: diskFull,
  },
  {
    id: 'F49',
    component: COMPONENT,
    fault: 'rights are removed in flight',
    how: 'DENY for writing one topic of the hub (it stays up, the relay backs off), then for reading one of facts (it ends with exit code 1 and the reason, and so when it is started again), on a broker of its own with ACLs; the hub has no settings for SASL, so no credentials that could expire; then both removed',
    recovery: 30,
    run: forbidden,
  },
];
