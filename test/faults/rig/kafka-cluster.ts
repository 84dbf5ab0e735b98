import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, openSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { freePorts } from '@tributary/embedded';
import { createKafka, createTopics, type Kafka } from '@tributary/kafka';
import { kafkaAnswers } from '../../../deploy/embedded/src/kafka-readiness.ts';
import { KAFKA_VERSION } from '../../../deploy/embedded/src/kafka-service.ts';
import { downloadOnce } from '../../../deploy/embedded/src/maven-download.ts';
import { runCommand } from '../../../deploy/embedded/src/run-command.ts';
import { quiet, topicSpecs } from './stack.ts';

/** Brokers of their own for the cells that need more than one, or other settings than the stack's. */
export interface KafkaCluster {
  readonly brokers: readonly string[];
  readonly kafka: Kafka;
  /** Nodes are numbered from 1. */
  signal(node: number, signal: 'SIGKILL' | 'SIGSTOP' | 'SIGCONT'): void;
  /** Starts a node that ended, and waits until it answers. */
  restart(node: number): Promise<void>;
  /** Exit code or signal, once it has ended. */
  ended(node: number): Promise<number | string>;
  stop(): Promise<void>;
}

/** What to start. */
export interface ClusterOptions {
  readonly folder: string;
  readonly nodes: number;
  readonly settings?: Readonly<Record<string, string | number>>;
  /** Partitions that have a replica on every node, and in-sync replicas that a write needs. */
  readonly minInSync: number;
}

const POM = fileURLToPath(new URL('../../../deploy/embedded/kafka/pom.xml', import.meta.url));
const JAVA = 'java';
const JVM = ['-Xms64m', '-Xmx256m', '-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn'];
/** One id is as good as another: the clusters of two runs never meet. */
const CLUSTER_ID = 'ZmF1bHRzLW9mLXRyaWJ1dA';
const UP_WITHIN_MS = 90_000;

interface Ports {
  readonly broker: number;
  readonly controller: number;
}

/** Starts brokers that are controllers too, each topic on all of them, and creates the hub's topics. */
export async function startCluster(options: ClusterOptions): Promise<KafkaCluster> {
  const { folder, nodes } = options;
  const libs = await downloadOnce(
    { title: `Kafka ${KAFKA_VERSION}`, folder: `kafka-${KAFKA_VERSION}`, pom: POM, goal: ['dependency:copy-dependencies'] },
    { cacheDir: join(homedir(), '.cache', 'tributary'), log: () => undefined },
  );
  const classPath = join(libs, '*');
  const free = await freePorts(2 * nodes);
  const ports = Array.from({ length: nodes }, (_, index): Ports => ({
    broker: free[2 * index] ?? 0,
    controller: free[2 * index + 1] ?? 0,
  }));
  const files = ports.map((_, index) => {
    const home = join(folder, `node-${index + 1}`);
    mkdirSync(home, { recursive: true });
    const file = join(home, 'server.properties');
    writeFileSync(file, properties(options, ports, index, join(home, 'data')));
    return file;
  });
  await Promise.all(files.map((file) => format(classPath, file)));
  const children: ChildProcess[] = [];
  const start = async (node: number): Promise<void> => {
    const log = openSync(join(folder, `node-${node}`, 'broker.log'), 'a');
    const child = spawn(JAVA, [...JVM, '-cp', classPath, 'kafka.Kafka', files[node - 1] ?? ''], { stdio: ['ignore', log, log] });
    children[node - 1] = child;
    await until(() => kafkaAnswers(ports[node - 1]?.broker ?? 0), `broker ${node} of ${folder} answers`);
  };
  const killAll = (): void => {
    for (const child of children) child.kill('SIGKILL');
  };
  process.once('exit', killAll);
  await Promise.all(files.map((_, index) => start(index + 1)));
  const brokers = ports.map(({ broker }) => `127.0.0.1:${broker}`);
  const kafka = createKafka(brokers, 'faults', quiet);
  const admin = kafka.admin();
  await admin.connect();
  await until(async () => (await admin.describeCluster()).brokers.length === nodes, `${nodes} brokers know each other`);
  await admin.disconnect();
  await createTopics(kafka, topicSpecs, nodes);
  const child = (node: number): ChildProcess => {
    const found = children[node - 1];
    if (found === undefined) throw new RangeError(`there is no node ${node}`);
    return found;
  };
  return {
    brokers,
    kafka,
    signal: (node, signal) => void child(node).kill(signal),
    restart: start,
    ended: (node) => ended(child(node)),
    async stop() {
      killAll();
      await Promise.all(children.map(ended));
      process.removeListener('exit', killAll);
    },
  };
}

async function ended(child: ChildProcess): Promise<number | string> {
  if (child.exitCode === null && child.signalCode === null) await once(child, 'exit');
  return child.exitCode ?? child.signalCode ?? 'unknown';
}

async function format(classPath: string, file: string): Promise<void> {
  const outcome = await runCommand(JAVA, [...JVM, '-cp', classPath, 'kafka.tools.StorageTool', 'format', '-t', CLUSTER_ID, '-c', file]);
  if (outcome.kind === 'missing' || outcome.code !== 0)
    throw new Error(`Kafka could not format: ${outcome.kind === 'missing' ? 'no java' : outcome.output.slice(-2_000)}`);
}

async function until(holds: () => Promise<boolean>, what: string): Promise<void> {
  const end = performance.now() + UP_WITHIN_MS;
  while (!(await holds())) {
    if (performance.now() > end) throw new Error(`not so within ${UP_WITHIN_MS / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
}

function properties({ settings = {}, minInSync }: ClusterOptions, ports: readonly Ports[], index: number, logDir: string): string {
  const { broker, controller } = ports[index] as Ports;
  const replicas = ports.length;
  const all: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': index + 1,
    'controller.quorum.voters': ports.map((port, at) => `${at + 1}@127.0.0.1:${port.controller}`).join(','),
    listeners: `PLAINTEXT://127.0.0.1:${broker},CONTROLLER://127.0.0.1:${controller}`,
    'advertised.listeners': `PLAINTEXT://127.0.0.1:${broker}`,
    'listener.security.protocol.map': 'PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT',
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': logDir,
    'auto.create.topics.enable': false,
    'default.replication.factor': replicas,
    'min.insync.replicas': minInSync,
    'message.max.bytes': 2 * 1024 * 1024,
    'replica.fetch.max.bytes': 2 * 1024 * 1024,
    'log.segment.bytes': 16 * 1024 * 1024,
    'log.cleaner.dedupe.buffer.size': 8 * 1024 * 1024,
    'offsets.topic.num.partitions': 8,
    'offsets.topic.replication.factor': replicas,
    'transaction.state.log.num.partitions': 2,
    'transaction.state.log.replication.factor': replicas,
    'transaction.state.log.min.isr': minInSync,
    'share.coordinator.state.topic.num.partitions': 1,
    'share.coordinator.state.topic.replication.factor': replicas,
    'share.coordinator.state.topic.min.isr': minInSync,
    'group.initial.rebalance.delay.ms': 0,
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
    'log.flush.start.offset.checkpoint.interval.ms': 1_000,
    ...settings,
  };
  return Object.entries(all)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}
