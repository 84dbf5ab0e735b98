import { fork, type ChildProcess } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { Totals } from '../measure/expectation.ts';
import { TOPIC } from '../workload/workload.ts';
import type { ChildMessage } from './child.ts';
import type { Contestant, Progress, Running, Turn } from './contestant.ts';

const TSCONFIG = fileURLToPath(new URL('../../../tsconfig.test.json', import.meta.url));
const CUSTOMER_TOTALS = `CREATE TABLE customer_totals (customer_id text PRIMARY KEY, name text NOT NULL, email text NOT NULL, orders integer NOT NULL,
  gross bigint NOT NULL, last_order_at bigint NOT NULL) WITH (fillfactor = 70)`;
const HAND_TABLES = `${CUSTOMER_TOTALS};
CREATE TABLE inbox (event_id text PRIMARY KEY);
CREATE TABLE outbox (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, topic text NOT NULL, key text NOT NULL, payload jsonb NOT NULL)`;

/** Those that are a process of this folder: no more than what their file says. */
export const plainContestants: readonly Contestant[] = [
  plain('naive', 'naive.ts', CUSTOMER_TOTALS, { BENCH_CONCURRENCY: '1' }),
  plain('naive8', 'naive.ts', CUSTOMER_TOTALS, { BENCH_CONCURRENCY: '8' }),
  {
    ...plain('hand', 'hand.ts', HAND_TABLES, {}),
    async complaints({ database }, applied) {
      const [row] = await database.database.query<{ inbox: number; outbox: number }>(
        'SELECT (SELECT count(*)::int FROM inbox) AS inbox, (SELECT count(*)::int FROM outbox) AS outbox',
      );
      return row?.inbox === applied && row.outbox === applied
        ? []
        : [`${applied} events, but ${row?.inbox} inbox rows and ${row?.outbox} outbox rows`];
    },
  },
  plain('bare', 'bare.ts', CUSTOMER_TOTALS, {}),
];

function plain(name: string, file: string, ddl: string, env: Readonly<Record<string, string>>): Contestant {
  return { name, tables: 'none', ddl, warmUp: 0.25, start: (turn) => startPlain(file, turn, env), totals: readTotals };
}

async function startPlain(file: string, turn: Turn, env: Readonly<Record<string, string>>): Promise<Running> {
  const child = fork(fileURLToPath(new URL(file, import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    stdio: ['ignore', 2, 2, 'ipc'],
    env: {
      ...process.env,
      ...env,
      // Nest's decorators need the compiler settings of the project.
      TSX_TSCONFIG_PATH: TSCONFIG,
      BENCH_BROKERS: turn.stack.services.brokers,
      BENCH_DATABASE_URL: turn.database.url,
      BENCH_TOPIC: TOPIC,
      BENCH_GROUP: `bench-${randomUUID()}`,
      BENCH_LANES: String(turn.lanes),
      BENCH_CAP: String(turn.cap),
    },
  });
  let last: Progress = { count: 0, at: 0 };
  let next: ReadonlyMap<number, bigint> | undefined;
  child.on('message', (message: ChildMessage) => {
    if (message.type === 'progress') last = { count: message.count, at: message.at };
    else next = new Map(Object.entries(message.next).map(([partition, offset]) => [Number(partition), BigInt(offset)]));
  });
  await once(child, 'spawn');
  const gone = (): never => {
    throw new Error(`${file} ended by itself (${child.signalCode ?? `exit code ${child.exitCode}`})`);
  };
  return {
    pids: [child.pid ?? 0],
    progress: () => (child.exitCode === null && child.signalCode === null ? Promise.resolve(last) : gone()),
    async stop() {
      await endChild(child, () => child.send('stop'));
      return next ?? gone();
    },
  };
}

const STOP_MS = 30_000;

/** Asks a child to end and waits until it has; one that does not is killed, and that is an error. */
export async function endChild(child: ChildProcess, ask: () => unknown): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const ended = once(child, 'exit');
  ask();
  const timer = setTimeout(() => child.kill('SIGKILL'), STOP_MS);
  await ended;
  clearTimeout(timer);
  if (child.signalCode === 'SIGKILL') throw new Error(`a contestant did not end within ${STOP_MS / 1000} s of being asked`);
}

async function readTotals({ database }: Turn): Promise<Totals> {
  const rows = await database.database.query<{ id: string; orders: number; gross: bigint }>(
    'SELECT customer_id AS id, orders, gross FROM customer_totals',
  );
  return new Map(rows.map(({ id, orders, gross }) => [id, { orders, gross }]));
}
