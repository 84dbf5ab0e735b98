import { join } from 'node:path';
import { topology, type AppName } from '@tributary/contracts';
import { createProducer } from '@tributary/kafka';
import { Database, maintainPartitions } from '@tributary/persistence';
import { encodeFact } from '../oracle/encode-fact.ts';
import type { Fact } from '../oracle/fact.ts';
import { emptyTopics } from './empty-topics.ts';
import { evictMembers } from './evict-members.ts';
import type { History } from './history.ts';
import { HubProcess } from './hub-process.ts';
import type { Lines } from './lines.ts';
import { isSettled, type Unsettled } from './settled.ts';
import type { Stack } from './stack.ts';
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
      if (pauseMs > 0) await new Promise((resolve) => setTimeout(resolve, pauseMs));
    }
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
      const missing = await isSettled(this.stack.kafka, this.database, groups);
      if (missing === undefined) {
        this.settledAt = performance.now();
        this.history.note('settled');
        return undefined;
      }
      if (performance.now() > until) {
        this.history.note('not settled', { missing });
        return missing;
      }
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }

  /** Waits until every record sent was passed by every group, published or not. */
  consumed(limitMs = 60_000): Promise<void> {
    const groups = this.groups();
    return this.until(
      async () => (await isSettled(this.stack.kafka, this.database, groups))?.behind.length === 0,
      'everything was consumed',
      limitMs,
    );
  }

  /** Waits until a condition holds; throws with its name when it does not within the limit. */
  async until(holds: () => boolean | Promise<boolean>, what: string, limitMs = 60_000): Promise<void> {
    const end = performance.now() + limitMs;
    while (!(await holds())) {
      if (performance.now() > end) throw new Error(`not so within ${limitMs / 1000} s: ${what}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Seconds from the end of the fault until everything was in; 0 when it was in before. */
  get recoverySeconds(): number | undefined {
    if (this.settledAt === undefined) return undefined;
    return Math.max(0, Math.round((this.settledAt - (this.faultOverAt ?? this.settledAt)) / 10) / 100);
  }

  /** Ends every process of the cell at once and drops its database. */
  async close(): Promise<void> {
    for (const line of this.stack.lines) line.healAll();
    await Promise.all(this.processes.map((process) => process.kill()));
    await this.producer?.disconnect();
    await this.database.close();
    await this.stack.admin.query(`DROP DATABASE IF EXISTS ${this.databaseName} WITH (FORCE)`);
  }

  private groups(): AppName[] {
    return [...new Set(this.processes.flatMap((process) => process.apps))].filter((app) => topology[app].reads.length > 0);
  }

  private addressOver(address: string, port: number, pathname?: string): string {
    return Object.assign(new URL(address), { port: String(port), ...(pathname === undefined ? {} : { pathname }) }).href;
  }
}
