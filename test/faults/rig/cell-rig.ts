import { join } from 'node:path';
import { topology, type AppName } from '@tributary/contracts';
import type { ServiceName } from '@tributary/embedded';
import { createProducer, createTopics, type Kafka } from '@tributary/kafka';
import { Database, freeHeldKey, maintainPartitions } from '@tributary/persistence';
import { encodeFact } from '../oracle/encode-fact.ts';
import type { Fact } from '../oracle/fact.ts';
import { emptyTopics } from './empty-topics.ts';
import { evictMembers } from './evict-members.ts';
import type { History } from './history.ts';
import { HubProcess } from './hub-process.ts';
import type { Lines } from './lines.ts';
import { isSettled, type Unsettled } from './settled.ts';
import { PARTITIONS, type Stack } from './stack.ts';
import type { At } from './worker-order.ts';

/** What to start as one process of the hub. */
export interface HubStart {
  readonly apps?: readonly AppName[];
  readonly relay?: boolean;
  readonly at?: readonly At[];
  /** Which lines it uses, 0 to 3; two processes on the same lines are cut off together. */
  readonly line?: number;
  readonly settings?: Readonly<Record<string, string>>;
  /** Environment of the process itself. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Test keys of the hub under test. */
const SETTINGS = {
  TRIBUTARY_IDENTITY_KEY: 'fa'.repeat(32),
  TRIBUTARY_LOG_LEVEL: 'info',
  TRIBUTARY_SOURCES: 'shop,pos',
} as const;

/** A fresh hub for one cell: a database of its own, empty topics, healed lines, no process yet. */
export class CellRig {
  /** Every fact sent, in order; the oracle's input. */
  readonly facts: Fact[] = [];
  readonly processes: HubProcess[] = [];
  /** Partitions (`profile topic/0`) that must stand still: they are not waited for. */
  readonly halted = new Set<string>();
  /** What a cell saw on the way that must not be. */
  readonly findings: string[] = [];
  private producer: ReturnType<typeof createProducer> | undefined;
  private faultOverAt: number | undefined;
  private settledAt: number | undefined;

  private constructor(
    readonly stack: Stack,
    readonly id: string,
    readonly history: History,
    readonly database: Database,
    private readonly databaseName: string,
    private readonly mutant: string | undefined,
  ) {}

  static async open(stack: Stack, id: string, history: History, mutant?: string): Promise<CellRig> {
    for (const line of stack.lines) line.healAll();
    await evictMembers(stack.kafka, Number(stack.services.brokers.split(':')[1]), ['profile', 'insight', 'forecast', 'erp-bridge']);
    await emptyTopics(stack.kafka);
    const name = `cell_${id.toLowerCase()}_${Date.now()}`;
    const url = await stack.createDatabase(name);
    const database = new Database({ url, max: 2, applicationName: 'faults' });
    await maintainPartitions(database, new Date(), { inboxMonths: 1, outboxDays: 1 });
    return new CellRig(stack, id, history, database, name, mutant);
  }

  lines(line = 0): Lines {
    const found = this.stack.lines[line];
    if (found === undefined) throw new RangeError(`there are ${this.stack.lines.length} lines`);
    return found;
  }

  /** Starts a process of the hub behind its lines; `ready` of what it answers tells when it is up. */
  start({ apps = ['profile'], relay = true, at = [], line = 0, settings = {}, env = {} }: HubStart = {}): HubProcess {
    const { kafka, postgres, redis } = this.lines(line);
    const name = `${this.id}-${this.processes.length + 1}`;
    const process = new HubProcess({
      name,
      history: this.history,
      logFile: join(this.stack.folder, `${name}.log`),
      mutant: this.mutant,
      env,
      order: {
        apps,
        relay,
        at,
        env: {
          ...SETTINGS,
          KAFKA_BROKERS: `127.0.0.1:${kafka.port}`,
          DATABASE_URL: this.addressOver(this.stack.services.databaseUrl, postgres.port, `/${this.databaseName}`),
          REDIS_URL: this.addressOver(this.stack.services.redisUrl, redis.port),
          TRIBUTARY_OPS_PORT: '0',
          TRIBUTARY_GATEWAY_PORT: '0',
          ...settings,
        },
      },
    });
    this.processes.push(process);
    return process;
  }

  /** The same, and waits until it is up. */
  async up(options: HubStart = {}): Promise<HubProcess> {
    const process = this.start(options);
    await process.ready;
    return process;
  }

  /** Sends facts to their topics, past all proxies, and waits for the broker. */
  async send(facts: readonly Fact[]): Promise<void> {
    if (this.producer === undefined) {
      this.producer = createProducer(this.stack.kafka);
      await this.producer.connect();
    }
    this.history.note('facts sent', { from: facts[0]?.n, to: facts.at(-1)?.n });
    const byTopic = new Map<string, { key: Buffer | null; value: Buffer; headers: Record<string, string> }[]>();
    for (const fact of facts) {
      const { topic, ...message } = encodeFact(fact);
      byTopic.set(topic, [...(byTopic.get(topic) ?? []), message]);
    }
    await this.producer.sendBatch({ acks: -1, topicMessages: [...byTopic].map(([topic, messages]) => ({ topic, messages })) });
    this.facts.push(...facts);
    this.history.note('facts acknowledged', { count: facts.length, all: this.facts.length });
  }

  /** Sends facts in several requests, so that they arrive as several batches, `pauseMs` apart. */
  async sendIn(parts: number, facts: readonly Fact[], pauseMs = 0): Promise<void> {
    const size = Math.ceil(facts.length / parts);
    for (let from = 0; from < facts.length; from += size) {
      await this.send(facts.slice(from, from + size));
      if (pauseMs > 0) await this.pause(pauseMs);
    }
  }

  /** Takes facts that the cell keeps from being applied out of what the oracle expects. */
  except(lost: (fact: Fact) => boolean): void {
    const kept = this.facts.filter((fact) => !lost(fact));
    this.history.note('facts taken out', { count: this.facts.length - kept.length });
    this.facts.splice(0, this.facts.length, ...kept);
  }

  /** Notes a finding that fails the cell unless `holds`. */
  demand(holds: boolean, what: string): void {
    if (holds) return;
    this.findings.push(what);
    this.history.note('finding', { what });
  }

  /** Ids of the members of a group. */
  async members(group: string): Promise<string[]> {
    const described = await this.admin((admin) => admin.describeGroups([group]));
    return (described.groups[0]?.members ?? []).map((member) => member.memberId).sort();
  }

  /** Waits until a group has `count` members and every one of them its share. */
  async shared(group: string, count: number): Promise<void> {
    await this.until(async () => {
      const [found] = (await this.admin((admin) => admin.describeGroups([group]))).groups;
      return found?.state === 'Stable' && found.members.length === count;
    }, `the group ${group} has ${count} members`);
  }

  /** What an operator may do to a group that nobody is in. */
  async tamperOffsets(group: string, how: 'delete' | 'end'): Promise<void> {
    this.history.note('offsets tampered with', { group, how });
    await this.admin(async (admin) => {
      if (how === 'delete') return void (await admin.deleteGroups([group]));
      for (const { topic } of topology.profile.reads) {
        const partitions = (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => ({ partition, offset: high }));
        await admin.setOffsets({ groupId: group, topic, partitions });
      }
    });
  }

  /** Deletes every record of a topic. */
  async trim(topic: string): Promise<void> {
    await this.admin(async (admin) => {
      const partitions = (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => ({ partition, offset: high }));
      this.history.note('topic trimmed', { topic, partitions });
      await admin.deleteTopicRecords({ topic, partitions });
    });
  }

  /** Deletes a topic and makes it again, empty. */
  async remake(topic: string): Promise<void> {
    this.history.note('topic made again', { topic });
    await this.admin((admin) => admin.deleteTopics({ topics: [topic] }));
    await this.until(async () => !(await this.admin((admin) => admin.listTopics())).includes(topic), `the topic ${topic} is gone`);
    await createTopics(this.stack.kafka, [{ topic, partitions: PARTITIONS, compacted: false }]);
  }

  /** Ends a service as an accident would; `restart` of the stack brings it back. */
  killService(service: ServiceName, signal: 'SIGKILL' | 'SIGQUIT' | 'SIGSTOP' | 'SIGCONT'): void {
    const pid = this.stack.services.pids[service];
    if (pid === undefined) throw new Error(`${service} does not run`);
    this.history.note('signal to a service', { service, pid, signal });
    process.kill(pid, signal);
  }

  /** Ends every session of the hub's processes. */
  async terminateBackends(): Promise<void> {
    const ended = await this.stack.admin.query(
      `SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND application_name LIKE 'tributary%'`,
      [this.databaseName],
    );
    this.history.note('backends terminated', { count: ended.length });
  }

  /** Locks all profiles one by one from the highest id down, against the order of the hub; loses to a deadlock or not. */
  async intrude(): Promise<void> {
    await this.database
      .transaction(async (tx) => {
        await tx.query(`SET LOCAL deadlock_timeout = '2s'`);
        const rows = await tx.query<{ id: string }>('SELECT profile_id AS id FROM profile.profile ORDER BY profile_id DESC');
        for (const { id } of rows) await tx.query('SELECT FROM profile.profile WHERE profile_id = $1 FOR UPDATE', [id]);
      })
      .catch((error: unknown) => this.history.note('intruder gave way', { error: (error as Error).message }));
    await this.pause(20);
  }

  /** Frees a key of the outbox that the broker had refused, as a person would. */
  async freeKey(topic: string, key: string): Promise<void> {
    this.history.note('key freed', { topic, key, rows: await freeHeldKey(this.database, topic, key) });
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }

  /** The fault is over: recovery is measured from here. */
  faultOver(): void {
    this.faultOverAt = performance.now();
    this.history.note('fault over');
  }

  /**
   * Waits until every record sent was passed by every group and the outbox is empty.
   * @returns what was still missing at the end of the limit, or `undefined`.
   */
  async settled(limitMs = 60_000): Promise<Unsettled | undefined> {
    const groups = this.groups();
    const until = performance.now() + limitMs;
    for (;;) {
      const missing = await isSettled(this.stack.kafka, this.database, groups, this.halted);
      if (missing === undefined) {
        this.settledAt = performance.now();
        this.history.note('settled');
        return undefined;
      }
      if (performance.now() > until) {
        this.history.note('not settled', { missing });
        return missing;
      }
      await this.pause(100);
    }
  }

  /** Waits until every record sent was passed by every group, published or not. */
  consumed(limitMs = 60_000): Promise<void> {
    const groups = this.groups();
    const passed = async (): Promise<boolean> => {
      const missing = await isSettled(this.stack.kafka, this.database, groups, this.halted);
      return missing === undefined || (missing.behind.length === 0 && missing.unknown === undefined);
    };
    return this.until(passed, 'everything was consumed', limitMs);
  }

  /** Waits until a condition holds; throws with its name when it does not within the limit. */
  async until(holds: () => boolean | Promise<boolean>, what: string, limitMs = 60_000): Promise<void> {
    const end = performance.now() + limitMs;
    while (!(await holds())) {
      if (performance.now() > end) throw new Error(`not so within ${limitMs / 1000} s: ${what}`);
      await this.pause(50);
    }
  }

  /** Seconds from the end of the fault until everything was in; 0 when it was in before. */
  get recoverySeconds(): number | undefined {
    if (this.settledAt === undefined) return undefined;
    return Math.max(0, Math.round((this.settledAt - (this.faultOverAt ?? this.settledAt)) / 10) / 100);
  }

  /** Seconds that the slowest process started after the fault took to come up on this machine: a recovery may take that much longer. */
  get startSeconds(): number {
    const since = this.faultOverAt ?? Number.POSITIVE_INFINITY;
    const later = this.processes.filter((process) => process.startedAt >= since && process.upAt !== undefined);
    return Math.max(0, ...later.map((process) => ((process.upAt ?? 0) - process.startedAt) / 1000));
  }

  /** Ends every process of the cell at once and drops its database. */
  async close(): Promise<void> {
    for (const line of this.stack.lines) line.healAll();
    await Promise.all(this.processes.map((process) => process.kill()));
    await this.producer?.disconnect();
    await this.database.close();
    await this.stack.admin.query(`DROP DATABASE IF EXISTS ${this.databaseName} WITH (FORCE)`);
  }

  private async admin<T>(work: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> {
    const admin = this.stack.kafka.admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  }

  private groups(): AppName[] {
    return [...new Set(this.processes.flatMap((process) => process.apps))].filter((app) => topology[app].reads.length > 0);
  }

  private addressOver(address: string, port: number, pathname?: string): string {
    return Object.assign(new URL(address), { port: String(port), ...(pathname === undefined ? {} : { pathname }) }).href;
  }
}
