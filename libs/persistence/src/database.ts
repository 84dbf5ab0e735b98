import pg from 'pg';
import type { KeepsWritten } from './outbox-memory.ts';

/** A statement; a named one is prepared once per connection. */
export interface Statement {
  readonly name?: string;
  readonly text: string;
}

/** Something SQL can be sent to. */
export interface Queryable {
  query<Row = Record<string, unknown>>(statement: Statement | string, values?: readonly unknown[]): Promise<Row[]>;
}

/** An open transaction. Everything inside goes through it, never through the pool. */
export interface Transaction extends Queryable {
  readonly transaction: true;
  /**
   * Sends a statement whose answer nobody waits for: it runs in its turn, and the next statement need not wait for a round trip. When it
   * fails, the next `query` throws its error, or the end of the transaction does; nothing is committed.
   */
  send(statement: Statement | string, values?: readonly unknown[]): void;
  /** Calls `then` once the server has confirmed the commit: never for a rollback, nor for a commit whose answer was lost. */
  onCommit(then: () => void): void;
  /** Where what it puts into the outbox is remembered, if somewhere. */
  readonly written?: KeepsWritten;
}

/** Connection settings. */
export interface DatabaseOptions {
  readonly url: string;
  readonly max: number;
  /** Shown in pg_stat_activity. */
  readonly applicationName: string;
  /** Milliseconds; a statement that runs longer is cancelled. */
  readonly statementTimeout?: number;
  /** Remembers what its transactions put into the outbox, for a relay in the same process. */
  readonly written?: KeepsWritten;
}

/** How much longer than its statement may take an answer is waited for, milliseconds. */
const ANSWER_MS = 3_000;

/** The PostgreSQL database of the hub. bigint columns arrive as BigInt, numeric as text, timestamptz as Date. */
export class Database implements Queryable {
  private readonly pool: pg.Pool;

  constructor(private readonly options: DatabaseOptions) {
    const { statementTimeout = 30_000 } = options;
    this.pool = new pg.Pool({
      connectionString: options.url,
      max: options.max,
      application_name: options.applicationName,
      options: '-c timezone=UTC',
      keepAlive: true,
      connectionTimeoutMillis: 10_000,
      // Statements are written as they come; the server answers them in their order.
      pipeline: true,
      statement_timeout: statementTimeout,
      // The server ends a statement in time; when its answer is lost on the way, nobody else would.
      query_timeout: statementTimeout + ANSWER_MS,
      // A process that stands still inside a transaction holds up whoever takes over its partitions: no longer than its Kafka session lasts.
      idle_in_transaction_session_timeout: 15_000,
      types: {
        getTypeParser: (oid, format) => (oid === pg.types.builtins.INT8 ? parseBigInt : pg.types.getTypeParser(oid, format as 'text')),
      } as pg.CustomTypesConfig,
    });
    // Without a listener an idle connection that breaks would end the process; the pool drops it by itself.
    this.pool.on('error', () => undefined);
  }

  async query<Row>(statement: Statement | string, values: readonly unknown[] = []): Promise<Row[]> {
    const result = await this.pool.query(config(statement, values));
    return result.rows as Row[];
  }

  /**
   * Runs `work` in one transaction and commits. Any error rolls back and is thrown on; a connection whose COMMIT or ROLLBACK failed is
   * destroyed, never reused.
   */
  async transaction<Result>(work: (tx: Transaction) => Promise<Result>): Promise<Result> {
    const client = await this.pool.connect();
    let broken: Error | undefined;
    // The pool listens only while a connection rests in it: without this one, a connection that breaks at work would end the process.
    const onError = (error: Error): void => void (broken = error);
    client.on('error', onError);
    const { tx, settled, end, confirmed } = transactionOn(client, this.options.written);
    try {
      tx.send('BEGIN');
      const result = await work(tx);
      // Only then: a statement that never reached the server would not keep it from committing.
      await settled();
      end();
      await commit(client).catch((error: unknown) => {
        broken = error as Error;
        throw error;
      });
      for (const then of confirmed) then();
      return result;
    } catch (error) {
      end();
      // Whoever did not answer this will not answer a ROLLBACK.
      if (error instanceof Error && error.message === 'Query read timeout') broken ??= error;
      if (broken === undefined)
        await client.query('ROLLBACK').catch((rollbackError: unknown) => {
          broken = rollbackError as Error;
        });
      throw error;
    } finally {
      client.removeListener('error', onError);
      client.release(broken);
    }
  }

  /**
   * Listens on a channel over a connection of its own, for ever, reconnecting when it breaks.
   * @param onNotify also called after every (re)connection, since notifications sent meanwhile are lost.
   * @returns a function that stops listening.
   */
  async listen(channel: string, onNotify: () => void): Promise<() => Promise<void>> {
    let current: pg.Client | undefined;
    let stopped = false;
    let timer: NodeJS.Timeout | undefined;
    const connect = async (): Promise<void> => {
      const client = new pg.Client({
        connectionString: this.options.url,
        application_name: `${this.options.applicationName} listen`,
        keepAlive: true,
        connectionTimeoutMillis: 10_000,
      });
      current = client;
      const again = (): void => {
        if (client === current) retry();
      };
      client.on('notification', onNotify);
      client.on('error', again);
      client.on('end', again);
      await client.connect();
      await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      if (!stopped) onNotify();
    };
    const retry = (): void => {
      if (stopped || timer !== undefined) return;
      timer = setTimeout(() => {
        timer = undefined;
        connect().catch(retry);
      }, 500);
    };
    const stop = async (): Promise<void> => {
      stopped = true;
      clearTimeout(timer);
      await current?.end();
    };
    try {
      await connect();
    } catch (error) {
      await stop();
      throw error;
    }
    return stop;
  }

  async close(): Promise<void> {
    await this.pool.end();
  }
}

const parseBigInt = (text: string | Buffer): bigint => BigInt(text.toString());

const config = (statement: Statement | string, values: readonly unknown[]): pg.QueryConfig =>
  typeof statement === 'string' ? { text: statement, values: values as unknown[] } : { ...statement, values: values as unknown[] };

/** Commits. Throws when the server rolled back instead, as it does when a statement has failed. */
async function commit(client: pg.PoolClient): Promise<void> {
  const { command } = await client.query('COMMIT');
  if (command !== 'COMMIT') throw new Error(`COMMIT was answered by ${command}`);
}

interface OpenTransaction {
  readonly tx: Transaction;
  /** Waits for everything that was sent. Throws the first failure. */
  settled(): Promise<void>;
  /** From now on nothing more is taken: of statements that were sent at once, one may fail while another's answer leads to more. */
  end(): void;
  /** What is to be called when it is committed. */
  readonly confirmed: readonly (() => void)[];
}

function transactionOn(client: pg.PoolClient, written: KeepsWritten | undefined): OpenTransaction {
  let last: Promise<void> | undefined;
  let failure: { readonly error: unknown } | undefined;
  let ended = false;
  const confirmed: (() => void)[] = [];
  const take = (statement: Statement | string, values: readonly unknown[]): Promise<pg.QueryResult> =>
    ended ? Promise.reject(new Error('this transaction has ended')) : client.query(config(statement, values));
  return {
    confirmed,
    end: () => void (ended = true),
    tx: {
      transaction: true,
      ...(written && { written }),
      async query<Row>(statement: Statement | string, values: readonly unknown[] = []): Promise<Row[]> {
        try {
          return (await take(statement, values)).rows as Row[];
        } catch (error) {
          // Behind a statement that failed the server only says that one did.
          await last;
          throw failure === undefined ? error : failure.error;
        }
      },
      send(statement, values = []): void {
        last = take(statement, values).then(
          () => undefined,
          (error: unknown) => void (failure ??= { error }),
        );
      },
      onCommit: (then) => void confirmed.push(then),
    },
    async settled() {
      await last;
      if (failure !== undefined) throw failure.error;
    },
  };
}
