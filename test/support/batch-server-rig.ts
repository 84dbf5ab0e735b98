import { randomUUID } from 'node:crypto';
import { createKafka, createProducer, createTopics, KafkaBatchServer, WatermarkReader } from '@tributary/kafka';
import type { BatchObserver, KafkaBatchServerOptions, KafkaLog } from '@tributary/kafka';
import { Database, type Stage } from '@tributary/persistence';
import { countingMigrations, countingStage, movementMessage, type CountingOptions } from './counting-stage.ts';
import { eventually } from './eventually.ts';
import { freshDatabase, type FreshDatabase } from './fresh-database.ts';

export const quietKafkaLog: KafkaLog = { info: () => undefined, warn: () => undefined, error: () => undefined };

/** What a batch server is started with beside the rig's own. */
export type StartOptions = CountingOptions &
  Partial<Omit<KafkaBatchServerOptions, 'observer'>> & { readonly observer?: Partial<BatchObserver> };

/** A running batch server of the counting stage. */
export interface StartedServer {
  readonly server: KafkaBatchServer;
  readonly stage: Stage;
  /** Reasons of partitions that halted, as they came; empty text when one moves again. */
  readonly halts: string[];
  close(): Promise<void>;
}

/** Something to hold transactions up with. */
export interface Gate {
  /** How many stand, or stood, at the gate. */
  readonly arrived: number;
  pass(): Promise<void>;
  open(): void;
}

/** Movements counted: how many, and the largest count of one. */
export interface Counted {
  readonly count: number;
  readonly most: number;
}

/** Topics, a producer, a database and batch servers of the counting stage, for specs of the transport on the real services. */
export class BatchServerRig {
  readonly kafka = createKafka((process.env.KAFKA_BROKERS ?? '').split(','), 'spec', quietKafkaLog);
  readonly admin = this.kafka.admin();
  readonly producer = createProducer(this.kafka);
  readonly watermarks = new WatermarkReader(this.kafka);
  private readonly running = new Set<KafkaBatchServer>();
  private readonly topics: string[] = [];
  private readonly gates: Gate[] = [];

  private constructor(
    readonly own: FreshDatabase,
    /** The pool that the servers work on; its sessions are named `spec load`. */
    readonly database: Database,
  ) {}

  static async open(): Promise<BatchServerRig> {
    const own = await freshDatabase(countingMigrations);
    const rig = new BatchServerRig(own, new Database({ url: own.url, max: 8, applicationName: 'spec load' }));
    await Promise.all([rig.admin.connect(), rig.producer.connect()]);
    return rig;
  }

  async close(): Promise<void> {
    // After a failure one may be closed still, and no server would ever drain.
    for (const gate of this.gates) gate.open();
    await Promise.all([...this.running].map((server) => server.close()));
    await this.admin.deleteTopics({ topics: this.topics });
    await Promise.all([this.producer.disconnect(), this.admin.disconnect(), this.watermarks.close(), this.database.close()]);
    await this.own.drop();
  }

  async topic(partitions = 1): Promise<string> {
    const name = `spec-${randomUUID()}`;
    await createTopics(this.kafka, [{ topic: name, partitions, compacted: false }]);
    this.topics.push(name);
    return name;
  }

  gate(): Gate {
    let open: () => void = () => undefined;
    const opened = new Promise<void>((resolve) => (open = resolve));
    const gate = { arrived: 0, open, pass: () => ((gate.arrived += 1), opened) };
    this.gates.push(gate);
    return gate;
  }

  /** Sends the movements `from` to `to`, exclusively. */
  async send(name: string, from: number, to: number, partition?: number): Promise<void> {
    const messages = Array.from({ length: to - from }, (_, index) => ({
      ...movementMessage(`${name}/${from + index}`, `S-${(from + index) % 7}`),
      ...(partition === undefined ? {} : { partition }),
    }));
    await this.producer.send({ topic: name, acks: -1, messages });
  }

  async start(name: string, { group, onApply, onClose, observer, ...options }: StartOptions = {}): Promise<StartedServer> {
    const stage = countingStage({
      topic: name,
      ...(group === undefined ? {} : { group }),
      ...(onApply === undefined ? {} : { onApply }),
      ...(onClose === undefined ? {} : { onClose }),
    });
    const halts: string[] = [];
    const server = new KafkaBatchServer({
      kafka: this.kafka,
      stage,
      database: this.database,
      watermarks: this.watermarks,
      log: quietKafkaLog,
      lanes: 2,
      maxEvents: 500,
      maxBytes: 1_000_000,
      now: () => new Date(),
      onCrash: () => undefined,
      ...options,
      observer: {
        batch: () => undefined,
        position: () => undefined,
        held: () => undefined,
        stalled: () => undefined,
        silent: () => undefined,
        ...observer,
        halted: (group, topic, partition, reason) => {
          halts.push(reason ?? '');
          observer?.halted?.(group, topic, partition, reason);
        },
      },
    });
    this.running.add(server);
    await new Promise<void>((resolve, reject) => server.listen((error) => (error === undefined ? resolve() : reject(error as Error))));
    return {
      server,
      stage,
      halts,
      close: async () => {
        this.running.delete(server);
        await server.close();
      },
    };
  }

  async counted(name: string): Promise<Counted> {
    const [row] = await this.own.database.query<{ count: number; most: number }>(
      'SELECT count(*)::int AS count, coalesce(max(n), 0)::int AS most FROM spec.counted WHERE movement LIKE $1',
      [`${name}/%`],
    );
    return row ?? { count: -1, most: -1 };
  }

  /** Waits until so many movements were counted; throws when there are more, or one was counted twice. */
  async allOnce(name: string, count: number): Promise<void> {
    const found = await eventually(
      () => this.counted(name),
      (seen) => seen.count >= count,
      40_000,
    );
    if (found.count !== count || found.most !== 1)
      throw new Error(`${count} movements, each once, were expected: ${JSON.stringify(found)}`);
  }

  /** The accounting identity of a group; throws when it does not hold. */
  async identity(group: string): Promise<{ consumed: bigint; gaps: bigint; quarantined: bigint }> {
    const [row] = await this.own.database.query<{ consumed: bigint; accounted: bigint; gaps: bigint; quarantined: bigint }>(
      `SELECT sum(next_offset - first_offset - gaps)::bigint AS consumed, sum(applied + duplicate + stale + parked + quarantined)::bigint AS accounted,
sum(gaps)::bigint AS gaps, sum(quarantined)::bigint AS quarantined FROM hub.consumer_offset WHERE consumer_group = $1`,
      [group],
    );
    if (row === undefined || row.consumed !== row.accounted) throw new Error(`consumed ${row?.consumed}, accounted for ${row?.accounted}`);
    return row;
  }
}
