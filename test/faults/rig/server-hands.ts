import { join } from 'node:path';
import type { ServiceName } from '@tributary/embedded';
import { Database, freeHeldKey, type Transaction } from '@tributary/persistence';
import { BrokerHands } from './broker-hands.ts';
import { deletedForGood } from './deleted-for-good.ts';
import type { History } from './history.ts';
import { topicSpecs, type Stack } from './stack.ts';

/** What an operator or an accident does to PostgreSQL and the other services. */
export class ServerHands extends BrokerHands {
  constructor(
    stack: Stack,
    history: History,
    /** The database of the cell, past all proxies. */
    public database: Database,
    public databaseUrl: string,
  ) {
    super(stack, history);
  }

  /** The cell's database goes on elsewhere: on another server, at another port. All lines follow. */
  async moveDatabase(url: string): Promise<void> {
    await this.database.close();
    this.databaseUrl = url;
    this.database = new Database({ url, max: 2, applicationName: 'faults' });
    for (const line of this.stack.lines) line.targets.postgres = Number(new URL(url).port);
    this.history.note('database moved', { port: new URL(url).port });
  }

  /** Address of the cell's database at another port. */
  databaseAt(port: number): string {
    return Object.assign(new URL(this.databaseUrl), { port: String(port) }).href;
  }

  /** Ends a service as an accident would; `restart` of the stack brings it back. */
  killService(service: ServiceName, signal: 'SIGKILL' | 'SIGQUIT' | 'SIGSTOP' | 'SIGCONT'): void {
    const pid = this.stack.services.pids[service];
    if (pid === undefined) throw new Error(`${service} does not run`);
    this.history.note('signal to a service', { service, pid, signal });
    process.kill(pid, signal);
  }

  /** Waits until it is on the broker's disk that the records of earlier cells are gone: they would come back after a kill. */
  async emptiedForGood(): Promise<void> {
    const logDir = join(this.stack.folder, 'services', 'kafka', 'data');
    const topics = topicSpecs.map(({ topic }) => topic);
    await this.until(() => deletedForGood(this.stack.kafka, logDir, topics), 'what was deleted is gone for good');
  }

  /** Kills the broker, when no records of earlier cells can come back with it; a cell that cannot wait has waited before. */
  async killBroker(): Promise<void> {
    await this.emptiedForGood();
    this.killService('kafka', 'SIGKILL');
  }

  /** Ends every session of the hub's processes. */
  async terminateBackends(): Promise<void> {
    const ended = await this.admins.query(
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

  /** Deadlocks that the server has seen in the database of the cell. */
  async deadlocks(): Promise<number> {
    // The statistics of a session arrive when it rests.
    await this.pause(1_500);
    const [row] = await this.admins.query<{ seen: bigint }>('SELECT deadlocks AS seen FROM pg_stat_database WHERE datname = $1', [
      this.databaseName,
    ]);
    return Number(row?.seen ?? 0n);
  }

  /** Transactions of the hub that wait for a lock. */
  async waitingForLocks(): Promise<number> {
    const [row] = await this.admins.query<{ waiting: number }>(
      `SELECT count(*)::int AS waiting FROM pg_stat_activity WHERE datname = $1 AND application_name LIKE 'tributary%' AND wait_event_type = 'Lock'`,
      [this.databaseName],
    );
    return row?.waiting ?? 0;
  }

  /** Runs `work` in a transaction on a connection of its own. */
  async beside(work: (tx: Transaction) => Promise<void>): Promise<void> {
    const other = new Database({ url: this.databaseUrl, max: 1, applicationName: 'faults beside' });
    try {
      // Such a transaction is idle for as long as the cell lets it be.
      await other.transaction(async (tx) => {
        await tx.query('SET idle_in_transaction_session_timeout = 0');
        await work(tx);
      });
    } finally {
      await other.close();
    }
  }

  /** Where every group stands in a topic, or in all, with what it has counted, as one text to compare. */
  async positions(topic?: string): Promise<string> {
    const rows = await this.database.query<{ position: string }>(
      `SELECT (o.consumer_group, topic, partition, next_offset, applied, duplicate, stale)::text AS position FROM hub.consumer_offset o
WHERE topic = coalesce($1, topic) ORDER BY 1`,
      [topic ?? null],
    );
    return rows.map((row) => row.position).join(' ');
  }

  /** Records that wait behind a failed one of their key. */
  async parked(): Promise<number> {
    const [row] = await this.database.query<{ count: bigint }>('SELECT count(*) AS count FROM hub.parked');
    return Number(row?.count ?? 0n);
  }

  /** Frees a key of the outbox that the broker had refused, as a person would. */
  async freeKey(topic: string, key: string): Promise<void> {
    this.history.note('key freed', { topic, key, rows: await freeHeldKey(this.database, topic, key) });
  }

  protected get databaseName(): string {
    return new URL(this.databaseUrl).pathname.slice(1);
  }

  /** Connected to the server on which the database is. */
  private get admins(): Database {
    return this.database;
  }
}
