import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EmbeddedFault } from './embedded-fault.ts';
import { folderAside } from './folder-aside.ts';
import { kafkaProperties, type KafkaAddress, type KafkaListener } from './kafka-properties.ts';
import { kafkaAnswers } from './kafka-readiness.ts';
import { downloadOnce } from './maven-download.ts';
import { requireJava } from './require-java.ts';
import { lastLines, runCommand } from './run-command.ts';
import { startService } from './running-service.ts';
import type { RunningService } from './running-service.ts';
import type { ServiceContext } from './service-context.ts';

/** The version in kafka/pom.xml. */
export const KAFKA_VERSION = '4.4.0';

const POM = fileURLToPath(new URL('../kafka/pom.xml', import.meta.url));
/** A small machine: one thread of garbage collection, and only the quick compiler, which halves the time to start. */
const JVM = ['-XX:+UseSerialGC', '-XX:TieredStopAtLevel=1', '-Djava.awt.headless=true'];
const LOGGING = [
  '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
  '-Dorg.slf4j.simpleLogger.showDateTime=true',
  '-Dorg.slf4j.simpleLogger.dateTimeFormat=yyyy-MM-dd HH:mm:ss.SSS',
];

/** Starts the broker: fetches it if needed, formats its folder at the first start, waits until it answers for itself. */
export async function startKafka(
  context: ServiceContext,
  ports: { kafka: number; controller: number },
  heapMb: number,
  listeners: readonly KafkaListener[],
): Promise<RunningService> {
  await requireJava();
  const libs = await downloadOnce(
    { title: `Kafka ${KAFKA_VERSION}`, folder: `kafka-${KAFKA_VERSION}`, pom: POM, goal: ['dependency:copy-dependencies'] },
    context,
  );
  const classPath = join(libs, '*');
  const folder = join(context.dataDir, 'kafka');
  const logs = join(context.dataDir, 'logs');
  const address: KafkaAddress = { broker: ports.kafka, controller: ports.controller, logDir: join(folder, 'data'), listeners };
  await mkdir(folder, { recursive: true, mode: 0o700 });
  if (!existsSync(join(address.logDir, 'meta.properties'))) await format(context, classPath, folder, address);
  const properties = join(folder, 'server.properties');
  await writeFile(properties, kafkaProperties(address));
  const heap = ['-Xms128m', `-Xmx${heapMb}m`, `-XX:ErrorFile=${join(logs, 'kafka-crash.log')}`];
  return startService(
    {
      title: 'Kafka',
      command: 'java',
      args: [...heap, ...JVM, ...LOGGING, '-cp', classPath, 'kafka.Kafka', properties],
      cwd: logs,
      logFile: join(logs, 'kafka.log'),
      ready: () => kafkaAnswers(ports.kafka),
    },
    context.onSpawn,
    context.signal,
  );
}

/** Formats into a folder aside, renamed when done: a start that is broken off leaves no half-formatted one. */
async function format(context: ServiceContext, classPath: string, folder: string, address: KafkaAddress): Promise<void> {
  const aside = await folderAside(address.logDir);
  const properties = `${aside}.properties`;
  await writeFile(properties, kafkaProperties({ ...address, logDir: aside }));
  const outcome = await runCommand(
    'java',
    [
      ...JVM,
      '-Dorg.slf4j.simpleLogger.defaultLogLevel=warn',
      '-cp',
      classPath,
      'kafka.tools.StorageTool',
      'format',
      '-t',
      clusterId(),
      '-c',
      properties,
    ],
    { signal: context.signal },
  );
  if (outcome.kind === 'missing' || outcome.code !== 0) {
    const logTail = outcome.kind === 'missing' ? [] : lastLines(outcome.output, 10);
    throw new EmbeddedFault(
      'service-died',
      'Kafka could not format its data folder',
      `check ${folder}: its disk, its owner; the tool's last lines are shown`,
      { logTail },
    );
  }
  await rm(address.logDir, { recursive: true, force: true });
  await rename(aside, address.logDir);
  await rm(properties);
}

/** Kafka's Uuid in base64url, 22 characters. The first bit is cleared so that it never begins with `-`, which the tool reads as an option. */
function clusterId(): string {
  const bytes = randomBytes(16);
  bytes.writeUInt8(bytes.readUInt8(0) & 0x7f, 0);
  return bytes.toString('base64url');
}
