import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { connectJobs } from '@tributary/jobs';
import { Redis } from 'ioredis';
import type { Cell } from '../cell.ts';
import type { CellRig } from '../rig/cell-rig.ts';

const WORKER = fileURLToPath(new URL('../rig/job-process.ts', import.meta.url));
const FACTS = 20;
/** The first run of a job, and one more for each stall that it is allowed. */
const DEATHS = 4;

/** Starts workers, one at a time, until one lives; gives what all of them said. */
async function superviseWorkers(rig: CellRig, prefix: string, until: (said: string) => boolean): Promise<{ said: string; deaths: number }> {
  let said = '';
  let deaths = 0;
  for (;;) {
    const child = spawn(process.execPath, ['--import', 'tsx', WORKER], {
      stdio: ['ignore', 'pipe', 'inherit'],
      env: {
        PATH: process.env.PATH,
        REDIS_URL: rig.stack.services.redisUrl,
        DATABASE_URL: rig.databaseUrl,
        FAULTS_PREFIX: prefix,
      },
    });
    child.stdout.on('data', (bytes: Buffer) => (said += bytes.toString()));
    const gone = once(child, 'exit');
    const finished = rig.until(() => until(said) || child.exitCode !== null || child.signalCode !== null, 'a worker lives or dies', 40_000);
    await finished;
    if (until(said)) {
      child.kill('SIGKILL');
      await gone;
      rig.history.note('workers said', { said, deaths });
      return { said, deaths };
    }
    deaths += 1;
    rig.history.note('a worker died', { deaths });
    if (deaths > DEATHS + 2) throw new Error(`${deaths} workers died of one job`);
  }
}

async function poison(rig: CellRig): Promise<void> {
  const prefix = `faults-${rig.id}-${Date.now()}`;
  await rig.database.query(
    'CREATE TABLE open_fact (fact text PRIMARY KEY, runs int NOT NULL DEFAULT 0, done boolean NOT NULL DEFAULT false)',
  );
  const facts = ['poison', ...Array.from({ length: FACTS }, (_, index) => `fact-${index}`)];
  await rig.database.query('INSERT INTO open_fact (fact) SELECT unnest($1::text[])', [facts]);
  const jobs = await connectJobs({
    redisUrl: rig.stack.services.redisUrl,
    prefix,
    onError: (error) => rig.history.note('jobs', { error: error.message }),
  });
  const queue = jobs.createQueue<{ readonly fact: string }>('facts');
  await queue.add(facts.map((fact) => ({ id: `job-${fact}`, payload: { fact } })));
  const { said, deaths } = await superviseWorkers(rig, prefix, (text) => text.includes('alarm job-poison'));
  rig.faultOver();
  const counts = await queue.counts();
  await jobs.close();
  const redis = new Redis(rig.stack.services.redisUrl);
  const failed = await redis.zrange(`${prefix}:facts:failed`, 0, -1);
  redis.disconnect();
  rig.demand(failed.join() === 'job-poison', `the failed set holds ${failed.join(', ') || 'nothing'}; ${JSON.stringify(counts)}`);
  rig.demand(deaths === DEATHS, `${deaths} workers died, not ${DEATHS}`);
  rig.demand(/alarm job-poison: .*stalled/.test(said), 'nobody was told of the job');
  const rows = await rig.database.query<{ fact: string; done: boolean }>('SELECT fact, done FROM open_fact');
  const open = rows.filter(({ done }) => !done).map(({ fact }) => fact);
  rig.demand(open.join() === 'poison', `open facts are ${open.join(', ') || 'none'}, not the one of the failed job alone`);
}

/** F33: a job that kills whoever takes it. */
export const poisonJob: readonly Cell[] = [
  {
    id: 'F33',
    component: 'jobs',
    fault: 'a job that crashes its worker again and again',
    how: 'a process with one worker of libs/jobs (one job at a time, lock of 1 s) dies of it and is started again: after three stalls the job is in the failed set and told of, its fact open in PostgreSQL, the other twenty done',
    recovery: 60,
    run: poison,
  },
];
