import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePorts } from '@tributary/embedded';
import type { Contestant, Progress, Running, Turn } from '../contestants/contestant.ts';
import { endChild } from '../contestants/plain-contestants.ts';
import { now } from '../measure/clock.ts';
import type { Totals } from '../measure/expectation.ts';
import { TOPIC } from '../workload/workload.ts';
import { classPathOf, SCHEMA_FILE, startJava } from './java-rival.ts';

const ORDERS = `CREATE TABLE orders (order_id text PRIMARY KEY, version bigint NOT NULL, status text NOT NULL, channel text NOT NULL, placed_at bigint NOT NULL,
  customer_id text NOT NULL, email text, name text, currency text NOT NULL, shipping bigint NOT NULL, total bigint NOT NULL)`;

/**
 * The Debezium JDBC sink in Kafka Connect, tuned: polls of 4,000, batches of 2,000, two tasks, upserts by primary key, the driver's batches
 * rewritten into statements of many rows. It copies rows: no sums, no inbox, no validation, nobody identified, nothing published.
 */
export const debezium: Contestant = {
  name: 'debezium',
  tables: 'none',
  ddl: ORDERS,
  // A JVM is warm after the first half.
  warmUp: 0.5,
  start: startSink,
  reports: commitReports,
  async totals({ database }): Promise<Totals> {
    const rows = await database.database.query<{ id: string; orders: number; gross: bigint }>(
      'SELECT customer_id AS id, count(*)::int AS orders, sum(total)::bigint AS gross FROM orders GROUP BY customer_id',
    );
    return new Map(rows.map(({ id, orders, gross }) => [id, { orders, gross }]));
  },
};

async function startSink(turn: Turn): Promise<Running> {
  const { stack, database } = turn;
  const classPath = await classPathOf('connect', stack.folder);
  const [port] = (await freePorts(1)) as [number];
  const url = new URL(database.url);
  const settings = (values: Readonly<Record<string, string | number | boolean>>): string =>
    Object.entries(values)
      .map(([name, value]) => `${name}=${value}\n`)
      .join('');
  const worker = join(stack.folder, 'connect-worker.properties');
  const sink = join(stack.folder, 'connect-sink.properties');
  writeFileSync(
    worker,
    settings({
      'bootstrap.servers': stack.services.brokers,
      listeners: `http://127.0.0.1:${port}`,
      'key.converter': 'org.apache.kafka.connect.storage.StringConverter',
      'value.converter': 'FramedOrderConverter',
      'value.converter.schema.file': SCHEMA_FILE,
      'offset.storage.file.filename': join(stack.folder, `connect-offsets-${port}`),
      'plugin.discovery': 'hybrid_warn',
    }),
  );
  writeFileSync(
    sink,
    settings({
      name: `bench-debezium-${port}`,
      'connector.class': 'io.debezium.connector.jdbc.JdbcSinkConnector',
      'tasks.max': 2,
      topics: TOPIC,
      'connection.url': `jdbc:postgresql://${url.host}${url.pathname}?reWriteBatchedInserts=true`,
      'connection.username': url.username,
      'connection.password': url.password,
      'insert.mode': 'upsert',
      'primary.key.mode': 'record_value',
      'primary.key.fields': 'order_id',
      'schema.evolution': 'none',
      'collection.name.format': 'orders',
      'batch.size': 2_000,
      'consumer.override.max.poll.records': 4_000,
      'consumer.override.auto.offset.reset': 'earliest',
    }),
    { mode: 0o600 },
  );
  const child = startJava(classPath, 'org.apache.kafka.connect.cli.ConnectStandalone', [worker, sink]);
  child.stdout?.pipe(process.stderr);
  return {
    pids: [child.pid ?? 0],
    async progress() {
      if (child.exitCode !== null) throw new Error(`Kafka Connect ended with ${child.exitCode}`);
      return { count: await insertedRows(turn), at: now() };
    },
    async stop() {
      await endChild(child, () => child.kill('SIGTERM'));
      return prefixes(turn);
    },
  };
}

/** Rows by the server's statistics, which trail by up to a second: good enough to know when to stop. */
async function insertedRows({ database }: Turn): Promise<number> {
  const [row] = await database.database.query<{ count: number }>({
    name: 'bench-inserted',
    text: `SELECT coalesce(max(n_tup_ins), 0)::int AS count FROM pg_stat_user_tables WHERE relname = 'orders'`,
  });
  return row?.count ?? 0;
}

/** What was committed when, to the microsecond: the commit time of every row. */
async function commitReports({ database }: Turn): Promise<Progress[]> {
  const rows = await database.database.query<{ at: number; count: number }>(
    `SELECT (extract(epoch FROM pg_xact_commit_timestamp(xmin)) * 1000)::float8 AS at, count(*)::int AS count FROM orders GROUP BY xmin ORDER BY 1`,
  );
  let count = 0;
  return rows.map((row) => ({ at: row.at, count: (count += row.count) }));
}

/**
 * The offset after the last row of each partition: each task writes its partitions in order, so that the rows of a partition must be its
 * first ones. Whether they are is what the comparison of the totals shows.
 */
async function prefixes({ database, begins, expectation }: Turn): Promise<ReadonlyMap<number, bigint>> {
  const rows = await database.database.query<{ id: string; count: number }>(
    'SELECT customer_id AS id, count(*)::int AS count FROM orders GROUP BY customer_id',
  );
  const next = new Map(begins);
  for (const { id, count } of rows) {
    const partition = expectation.partitionOf(id);
    next.set(partition, (next.get(partition) ?? 0n) + BigInt(count));
  }
  return next;
}
