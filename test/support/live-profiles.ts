import { randomBytes, randomUUID } from 'node:crypto';
import { createInsightStage, migrations as insightMigrations } from '@tributary/app-insight';
import { createProfileStage, migrations as profileMigrations } from '@tributary/app-profile';
import { contractNamed, toHeaders, type AnyContract, type Contract } from '@tributary/contracts';
import {
  createKafka,
  createProducer,
  createTopics,
  KafkaBatchServer,
  OutboxRelay,
  WatermarkReader,
  type BatchObserver,
  type Watermark,
  type Kafka,
  type KafkaLog,
} from '@tributary/kafka';
import { Database, groupNumber, openOffset, type Stage } from '@tributary/persistence';
import { topicSpecs } from '../../cli/src/services/prepare.ts';
import { eventually } from './eventually.ts';
import { freshDatabase } from './fresh-database.ts';
import type { Said } from './stage-bench.ts';

const nothing = (): undefined => undefined;
const observer: BatchObserver = { batch: nothing, position: nothing, halted: nothing, stalled: nothing, silent: nothing, held: nothing };
const quiet: KafkaLog = { info: nothing, warn: nothing, error: nothing };

/** Profile and insight with their relay, running on the real services and a database of their own. */
export interface LiveProfiles {
  readonly url: string;
  readonly kafka: Kafka;
  readonly database: Database;
  readonly identityKey: Buffer;
  /** Publishes events on their fact topics, as the gateway's relay would. */
  say(events: readonly Said[]): Promise<void>;
  /** The same, but the value's last byte is missing. */
  sayBroken(event: Said): Promise<void>;
  /** Waits until every record of every topic has been applied and everything that followed has been published. */
  settle(): Promise<void>;
  close(): Promise<void>;
}

/** Starts them at the present ends of the topics, which other specs use as well. */
export async function liveProfiles(currency: string): Promise<LiveProfiles> {
  const identityKey = randomBytes(32);
  const own = await freshDatabase([...profileMigrations, ...insightMigrations]);
  const database = new Database({ url: own.url, max: 12, applicationName: 'spec live' });
  const kafka = createKafka((process.env.KAFKA_BROKERS ?? '').split(','), `spec-${randomUUID()}`, quiet);
  await createTopics(kafka, topicSpecs(4));
  const watermarks = new WatermarkReader(kafka);
  const producer = createProducer(kafka);
  await producer.connect();
  const stages = [createProfileStage(identityKey), createInsightStage(currency, [])];
  const topicsOf = (stage: Stage): string[] => stage.reads.map((contract) => contract.topic);
  /** A broker that has just made a topic may not lead it yet. */
  const ends = async (stage: Stage): Promise<Watermark[]> => {
    const read = (): Promise<Watermark[] | string> =>
      watermarks.read(topicsOf(stage)).catch((error: unknown) => `the ends of the topics cannot be read: ${String(error)}`);
    const marks = await eventually(read, (answer) => typeof answer !== 'string');
    if (typeof marks === 'string') throw new Error(marks);
    return marks;
  };
  const servers: KafkaBatchServer[] = [];
  for (const stage of stages) {
    await groupNumber(database, stage.group);
    for (const mark of await ends(stage)) await openOffset(database, stage.group, mark.topic, mark.partition, mark.high);
    const server = new KafkaBatchServer({
      kafka,
      stage,
      database,
      watermarks,
      log: quiet,
      observer,
      lanes: 2,
      maxEvents: 500,
      maxBytes: 4_000_000,
      now: () => new Date(),
      onCrash: nothing,
    });
    servers.push(server);
    await new Promise<void>((resolve, reject) => server.listen((error) => (error === undefined ? resolve() : reject(error as Error))));
  }
  const relay = new OutboxRelay({ kafka, database, log: quiet, loops: 2, onPublished: nothing, onBlocked: nothing });
  await relay.start();
  const applied = async (stage: Stage): Promise<string> => {
    const ends = new Map((await watermarks.read(topicsOf(stage))).map((mark) => [`${mark.topic}/${mark.partition}`, mark.high]));
    const rows = await database.query<{ topic: string; partition: number; next: bigint }>(
      'SELECT topic, partition, next_offset AS next FROM hub.consumer_offset WHERE consumer_group = $1',
      [stage.group],
    );
    return rows
      .flatMap((row) => (row.next === ends.get(`${row.topic}/${row.partition}`) ? [] : [`${stage.group} ${row.topic}/${row.partition}`]))
      .join();
  };
  const unsent = async (): Promise<number> =>
    (await database.query<{ n: number }>('SELECT count(*)::int AS n FROM hub.outbox_pending'))[0]?.n ?? 0;
  const publish = async (messages: readonly Message[]): Promise<void> => {
    const byTopic = new Map<string, Message[]>();
    for (const entry of messages) byTopic.set(entry.topic, [...(byTopic.get(entry.topic) ?? []), entry]);
    for (const [topic, list] of byTopic) await producer.send({ topic, acks: -1, messages: list });
  };
  return {
    url: own.url,
    kafka,
    database,
    identityKey,
    say: (events) => publish(events.map((event) => message(event))),
    sayBroken: (event) => publish([{ ...message(event), value: message(event).value.subarray(0, -1) }]),
    async settle() {
      for (const stage of stages) {
        await eventually(
          () => applied(stage),
          (left) => left === '',
          60_000,
        );
        await eventually(unsent, (left) => left === 0, 60_000);
      }
    },
    async close() {
      await Promise.all(servers.map((server) => server.close()));
      await relay.close();
      await Promise.all([producer.disconnect(), watermarks.close(), database.close()]);
      await own.drop();
    },
  };
}

interface Message {
  readonly topic: string;
  readonly key: string;
  readonly value: Buffer;
  readonly headers: Record<string, string>;
}

function message(said: Said): Message {
  const contract = contractNamed(said.type) as unknown as Contract<unknown>;
  const read = contract.fromJson(said.data);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  const { topic } = contract as unknown as AnyContract;
  return { topic, key: contract.key(read.value, said.source), value: Buffer.from(contract.encode(read.value)), headers: toHeaders(said) };
}
