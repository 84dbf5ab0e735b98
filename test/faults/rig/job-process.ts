/**
 * A process with one worker of `@tributary/jobs` and nothing else. A job notes its fact in PostgreSQL, unless it was noted before; the job
 * `poison` kills the process. Started with REDIS_URL, DATABASE_URL and FAULTS_PREFIX.
 */
import { connectJobs } from '@tributary/jobs';
import { Database } from '@tributary/persistence';

const { REDIS_URL = '', DATABASE_URL = '', FAULTS_PREFIX = '' } = process.env;
const LOCK_MS = 1_000;

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const database = new Database({ url: DATABASE_URL, max: 2, applicationName: 'tributary jobs under test' });
const jobs = await connectJobs({
  redisUrl: REDIS_URL,
  prefix: FAULTS_PREFIX,
  onError: (error, where) => say(`${where}: ${error.message}`),
});
await jobs.createWorker<{ readonly fact: string }>(
  'facts',
  { concurrency: 1, lockMs: LOCK_MS, onFailed: (error, { id }) => say(`alarm ${id}: ${error.message}`) },
  async ({ fact }) => {
    if (fact === 'poison') process.kill(process.pid, 'SIGKILL');
    await database.query('UPDATE open_fact SET runs = runs + 1, done = true WHERE fact = $1', [fact]);
  },
);
say('up');
