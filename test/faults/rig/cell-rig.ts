import { join } from 'node:path';
import { topology, type AppName } from '@tributary/contracts';
import { createProducer, type Kafka } from '@tributary/kafka';
import { Database, maintainPartitions } from '@tributary/persistence';
import type { Mutant } from '../mutants/mutant.ts';
import { encodeFact, type Message } from '../oracle/encode-fact.ts';
import type { Fact } from '../oracle/fact.ts';
import { emptyTopics } from './empty-topics.ts';
import { evictMembers } from './evict-members.ts';
import type { History } from './history.ts';
import { HubProcess } from './hub-process.ts';
import type { Lines } from './lines.ts';
import { isSettled, type Unsettled } from './settled.ts';
import { ServerHands } from './server-hands.ts';
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
  /** Name by which it finds all services, for a resolver that it was given. */
  readonly host?: string;
  /** Environment of the process itself. */
  readonly env?: Readonly<Record<string, string>>;
}

/** Key of the hub under test, hexadecimal. */
export const IDENTITY_KEY = 'fa'.repeat(32);
const SETTINGS = {
  TRIBUTARY_IDENTITY_KEY: IDENTITY_KEY,
  TRIBUTARY_LOG_LEVEL: 'info',
  TRIBUTARY_SOURCES: 'shop,pos',
} as const;

/** A fresh hub for one cell: a database of its own, empty topics, healed lines, no process yet. */
export class CellRig extends ServerHands {
  /** Every fact sent, in order; the oracle's input. */
  readonly facts: Fact[] = [];
  readonly processes: HubProcess[] = [];
  /** Partitions (`profile topic/0`) that must stand still: they are not waited for. */
  readonly halted = new Set<string>();
  /** What a cell saw on the way that must not be. */
  readonly findings: string[] = [];
  /** Commits were lost with a failover: what was published of them is on the wire and in no table any more. */
  commitsLost = false;
  /** The broker was broken under the sender: some facts may stand in the topics twice, so the copies are counted there. */
  senderUnsure = false;
  /** Somebody starts again what ends: a process may end unasked. */
  supervised = false;
  /** Called when the cell ends, last first. */
  readonly closers: (() => Promise<void>)[] = [];
  /** What a cell counted itself, beside what every cell is judged by; `repeated` are records that a relay wrote twice to the fact topics. */
  readonly tally = { lost: 0, doubled: 0, orderKept: true, repeated: 0 };
  private brokers: string | undefined;
  private readonly conditions = new Map<string, () => boolean | Promise<boolean>>();
  private producer: ReturnType<typeof createProducer> | undefined;
  private faultOverAt: number | undefined;
  private settledAt: number | undefined;

  private constructor(
    stack: Stack,
    readonly id: string,
    history: History,
    database: Database,
    private readonly ownDatabase: string,
    url: string,
    private readonly mutant: Mutant | undefined,
  ) {
    super(stack, history, database, url);
  }

  static async open(stack: Stack, id: string, history: History, mutant?: Mutant): Promise<CellRig> {
    for (const line of stack.lines) line.healAll();
    await evictMembers(stack.kafka, Number(stack.services.brokers.split(':')[1]), ['profile', 'insight', 'forecast', 'erp-bridge']);
    await emptyTopics(stack.kafka);
    const name = `cell_${id.toLowerCase()}_${Date.now()}`;
    const url = await stack.createDatabase(name);
    const database = new Database({ url, max: 2, applicationName: 'faults' });
    await maintainPartitions(database, new Date(), { inboxMonths: 1, outboxDays: 1 });
    return new CellRig(stack, id, history, database, name, url, mutant);
  }

  lines(line = 0): Lines {
    const found = this.stack.lines[line];
    if (found === undefined) throw new RangeError(`there are ${this.stack.lines.length} lines`);
    return found;
  }

  /** Moves the cell to brokers of its own; processes started from now on talk to them without a proxy. */
  useBrokers(kafka: Kafka, brokers: readonly string[]): void {
    this.kafka = kafka;
    this.brokers = brokers.join(',');
  }

  /** The cell is settled only when this holds too. */
  waitsFor(what: string, holds: () => boolean | Promise<boolean>): void {
    this.conditions.set(what, holds);
  }

  /** Settled only when every fact stands in the books: for where the ends of partitions that the broker tells may lie too early. */
  waitsForBooks(): void {
    this.waitsFor('every fact is in the books', async () => {
      const [row] = await this.database.query<{ records: bigint | null }>(
        `SELECT sum(applied + duplicate + stale + parked + quarantined)::bigint AS records FROM hub.consumer_offset WHERE consumer_group = 'profile'`,
      );
      return Number(row?.records ?? 0n) >= this.facts.length;
    });
  }

  override async brokersLead(): Promise<void> {
    await super.brokersLead();
    await this.renewProducer();
  }

  /** The rig's producer forgets what it knows of the brokers: it does not try again by itself. */
  async renewProducer(): Promise<void> {
    await this.producer?.disconnect();
    this.producer = undefined;
  }

  /** Starts a process of the hub behind its lines; `ready` of what it answers tells when it is up. */
  start({ apps = ['profile'], relay = true, at = [], line = 0, settings = {}, env = {}, host = '127.0.0.1' }: HubStart = {}): HubProcess {
    const { kafka, postgres, redis } = this.lines(line);
    const name = `${this.id}-${this.processes.length + 1}`;
    const process = new HubProcess({
      name,
      history: this.history,
      logFile: join(this.stack.folder, `${name}${this.mutant === undefined ? '' : ` ${this.mutant.name}`}.log`),
      mutant: this.mutant,
      env,
      order: {
        apps,
        relay,
        at,
        env: {
          ...SETTINGS,
          KAFKA_BROKERS: this.brokers ?? `${host}:${kafka.port}`,
          DATABASE_URL: this.addressOver(this.databaseUrl, postgres.port, host),
          REDIS_URL: this.addressOver(this.stack.services.redisUrl, redis.port, host),
          TRIBUTARY_OPS_PORT: '0',
          TRIBUTARY_GATEWAY_PORT: '0',
          ...settings,
        },
      },
    });
    this.processes.push(process);
    return process;
  }

  /** A process that ended though nobody asked it to is not held against the cell. */
  mayEnd(process: HubProcess): void {
    this.processes.splice(this.processes.indexOf(process), 1);
  }

  /** The same, and waits until it is up. */
  async up(options: HubStart = {}): Promise<HubProcess> {
    const process = this.start(options);
    await process.ready;
    return process;
  }

  /** Sends facts to their topics, past all proxies, and waits for the broker. @param messages how they are written. */
  async send(facts: readonly Fact[], messages: readonly Message[] = facts.map(encodeFact)): Promise<void> {
    if (this.producer === undefined) {
      this.producer = createProducer(this.kafka);
      await this.producer.connect();
    }
    this.history.note('facts sent', { from: facts[0]?.n, to: facts.at(-1)?.n });
    const byTopic = new Map<string, { key: Buffer | null; value: Buffer; headers: Record<string, string> }[]>();
    for (const { topic, ...message } of messages) {
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
      const missing = (await this.unmet()) ?? (await isSettled(this.kafka, this.database, groups, this.halted));
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

  /** The first condition of the cell's own that does not hold. */
  private async unmet(): Promise<Unsettled | undefined> {
    for (const [what, holds] of this.conditions) if (!(await holds())) return { behind: [what], unsent: 0 };
    return undefined;
  }

  /** Waits until every record sent was passed by every group, published or not. */
  consumed(limitMs = 60_000): Promise<void> {
    const groups = this.groups();
    const passed = async (): Promise<boolean> => {
      const missing = await isSettled(this.kafka, this.database, groups, this.halted);
      return missing === undefined || (missing.behind.length === 0 && missing.unknown === undefined);
    };
    return this.until(passed, 'everything was consumed', limitMs);
  }

  /** Whether a process of the cell has run an app. */
  runs(app: AppName): boolean {
    return this.groups().includes(app);
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
    for (const close of this.closers.reverse()) await close();
    await this.stack.admin.query(`DROP DATABASE IF EXISTS ${this.ownDatabase} WITH (FORCE)`);
  }

  private groups(): AppName[] {
    return [...new Set(this.processes.flatMap((process) => process.apps))].filter((app) => topology[app].reads.length > 0);
  }

  private addressOver(address: string, port: number, host: string): string {
    return Object.assign(new URL(address), { hostname: host, port: String(port) }).href;
  }
}
