import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Database, type Queryable } from '@tributary/persistence';
import { allMigrations } from '../../../cli/src/all-migrations.ts';
import type { Cell } from '../cell.ts';
import type { CellRig } from '../rig/cell-rig.ts';

const MIGRATOR = fileURLToPath(new URL('../rig/migrator.ts', import.meta.url));
/** Answers to CREATE TABLE after which the migrator dies: in the middle of a step, with steps done and steps to come. */
const TABLES = 12;

interface Migrator {
  readonly child: ChildProcess;
  readonly ended: Promise<{ readonly code: number | null; readonly steps: number }>;
}

function startMigrator(rig: CellRig, url: string): Migrator {
  const child = spawn(process.execPath, ['--import', 'tsx', MIGRATOR], {
    stdio: ['ignore', 'pipe', 'inherit'],
    env: { PATH: process.env.PATH, DATABASE_URL: url },
  });
  let said = '';
  child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
  rig.history.note('migrator starts', { pid: child.pid });
  const ended = once(child, 'exit').then(([code]: unknown[]) => {
    rig.history.note('migrator ended', { pid: child.pid, code, said });
    return { code: code as number | null, steps: Number(said) };
  });
  return { child, ended };
}

/** Every column of every table of the hub, as text. */
async function columnsOf(database: Queryable): Promise<string> {
  const rows = await database.query<{ column: string }>(
    `SELECT concat_ws(' ', table_schema, table_name, column_name, data_type, is_nullable) AS column FROM information_schema.columns
WHERE table_schema NOT IN ('pg_catalog', 'information_schema') AND table_name !~ '_[0-9]+$' ORDER BY 1`,
  );
  return rows.map(({ column }) => column).join('\n');
}

async function dieHalfWay(rig: CellRig): Promise<void> {
  const name = `migrated_${Date.now()}`;
  await rig.stack.admin.query(`CREATE DATABASE ${name}`);
  const { postgres } = rig.lines(1);
  const direct = Object.assign(new URL(rig.stack.services.databaseUrl), { pathname: `/${name}` }).href;
  const behindLine = Object.assign(new URL(direct), { port: String(postgres.port) }).href;
  const database = new Database({ url: direct, max: 1, applicationName: 'faults migrated' });
  rig.closers.push(async () => {
    await database.close();
    await rig.stack.admin.query(`DROP DATABASE IF EXISTS ${name} WITH (FORCE)`);
  });
  const first = startMigrator(rig, behindLine);
  let tables = 0;
  postgres.onAnswer((kind) => {
    if (kind !== 'CREATE TABLE') return 'pass';
    tables += 1;
    if (tables === TABLES) first.child.kill('SIGKILL');
    return tables >= TABLES ? 'swallow' : 'pass';
  });
  await first.ended;
  postgres.heal();
  const [half] = await database.query<{ steps: bigint }>('SELECT count(*) AS steps FROM public.migrations');
  rig.history.note('steps of the migrator that died', { steps: half?.steps });
  rig.faultOver();
  const both = await Promise.all([startMigrator(rig, direct).ended, startMigrator(rig, direct).ended]);
  rig.demand(
    both.every(({ code }) => code === 0),
    `two migrators at once ended with ${both.map(({ code }) => code).join(' and ')}`,
  );
  const steps = Number(half?.steps) + both.reduce((sum, { steps: own }) => sum + own, 0);
  rig.demand(steps === allMigrations.length, `${steps} steps were run, there are ${allMigrations.length}`);
  rig.demand(
    Number(half?.steps) > 0 && Number(half?.steps) < allMigrations.length,
    `the first migrator died after ${half?.steps} steps, not half-way`,
  );
  rig.demand((await columnsOf(database)) === (await columnsOf(rig.database)), 'the tables differ from those of an undisturbed migration');
}

/** F57. */
export const migrationCells: readonly Cell[] = [
  {
    id: 'F57',
    component: 'deploy',
    fault: 'SIGKILL half-way through a migration (KP14), two migrators at once',
    how: `a migrator dies when its ${TABLES}th table is made; then two are started at the same moment: together they run every step that is left once, and the tables are those of an undisturbed migration`,
    recovery: 30,
    run: dieHalfWay,
  },
];
