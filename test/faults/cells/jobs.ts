import { Redis } from 'ioredis';
import type { Cell } from '../cell.ts';
import { makeFacts } from '../oracle/make-facts.ts';
import type { CellRig } from '../rig/cell-rig.ts';
import type { ErpCell } from '../rig/erp-cell.ts';
import { openReplica } from '../rig/redis-replica.ts';
import { withErp } from './with-erp.ts';

const COMPONENT = 'jobs';
/** A job whose worker is silent for so long is given to another; the shard's own lease is shorter. */
const LOCK_MS = 30_000;

async function command(rig: CellRig, work: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(rig.stack.services.redisUrl);
  try {
    rig.history.note('redis command', { answer: await work(redis) });
  } finally {
    redis.disconnect();
  }
}

/** Feeds an ERP that is away, so that its retries stand in Redis as delayed jobs. */
async function feedAbsent(rig: CellRig, cell: ErpCell): Promise<void> {
  cell.erp.answer = () => 503;
  await cell.bridge();
  await cell.feed(12, 3);
  await rig.until(() => cell.erp.seen.length >= 3, 'the ERP was tried');
}

async function standStill(rig: CellRig, cell: ErpCell): Promise<void> {
  const first = await cell.bridge({ at: [{ step: 'webhook-posted', nth: 4, act: 'stop' }] });
  await cell.feed(12, 4);
  await first.reached('webhook-posted');
  const began = performance.now();
  await cell.bridge({ line: 1 });
  await rig.until(
    async () => (await cell.deliveries()).every(({ status }) => status === 'delivered'),
    'the second worker delivered everything',
  );
  await rig.pause(Math.max(0, LOCK_MS + 2_000 - (performance.now() - began)));
  first.signal('SIGCONT');
  rig.faultOver();
  await cell.feed(12, 2);
  rig.demand(cell.repeated > 0, 'nothing was handled twice: the worker did not stand still within a job');
}

async function flushAll(rig: CellRig, cell: ErpCell): Promise<void> {
  let pulls = 0;
  cell.erp.page = () => {
    pulls += 1;
    return { status: 200, body: '{"items":[],"next":"c","more":false}' };
  };
  await feedAbsent(rig, cell);
  await rig.until(() => pulls > 0, 'the scheduled pull runs');
  await command(rig, (redis) => redis.flushall());
  await rig.pause(1_000);
  const before = pulls;
  cell.erp.answer = () => 202;
  rig.faultOver();
  rig.waitsFor('the scheduled pull runs again', () => pulls > before + 3);
}

async function failOver(rig: CellRig, cell: ErpCell): Promise<void> {
  const replica = await openReplica(rig.stack.services.redisUrl, rig.stack.folder);
  try {
    await feedAbsent(rig, cell);
    await replica.promote();
    await cell.feed(12, 2, 'q');
    await rig.pause(2_000);
    rig.killService('redis', 'SIGKILL');
    rig.lines().targets.redis = replica.port;
    rig.lines().redis.reset();
    cell.erp.answer = () => 202;
    rig.faultOver();
    rig.demand((await rig.settled(90_000)) === undefined, 'not everything was delivered within 90 s');
  } finally {
    await Promise.all(rig.processes.map((process) => process.kill()));
    rig.lines().healAll();
    await replica.stop();
    await rig.stack.services.restart('redis');
  }
}

async function full(rig: CellRig, cell: ErpCell): Promise<void> {
  const [bridge] = await Promise.all([cell.bridge(), rig.up({ line: 1 })]);
  await cell.feed(4, 2, 'before');
  await rig.until(() => cell.erp.seen.length === 8, 'deliveries flow');
  await command(rig, (redis) => redis.config('SET', 'maxmemory', '1'));
  try {
    await cell.feed(12, 3);
    const facts = makeFacts({ seed: rig.id, people: 20, each: 10 });
    await rig.send(facts);
    await rig.until(() => /OOM command not allowed/.test(bridge.log), 'the failure to add jobs is in the log');
    await rig.consumed();
    rig.demand(cell.erp.seen.length < 8 + 36, 'jobs were added to a Redis that is full');
  } finally {
    await command(rig, (redis) => redis.config('SET', 'maxmemory', '0'));
  }
  rig.faultOver();
}

/** F29 to F32: workers and Redis under the deliveries to the ERP. */
export const jobCells: readonly Cell[] = [
  {
    id: 'F29',
    component: COMPONENT,
    fault: 'SIGSTOP of a worker beyond its lock (KP11)',
    how: 'the worker stands still after the ERP has answered, before that is noted, for more than 32 s; another takes over; then SIGCONT',
    recovery: 15,
    ...withErp(standStill),
  },
  {
    id: 'F30',
    component: COMPONENT,
    fault: 'FLUSHALL',
    how: 'while retries stand in Redis and a task is scheduled there; both must be found in PostgreSQL or written again',
    recovery: 90,
    ...withErp(flushAll),
  },
  {
    id: 'F31',
    component: COMPONENT,
    fault: 'failover to a replica that is 2 s behind',
    how: 'a replica stops following, deliveries go on for 2 s and more, the primary is killed, the clients are led to the replica',
    recovery: 90,
    ...withErp(failOver),
  },
  {
    id: 'F32',
    component: COMPONENT,
    fault: 'Redis at maxmemory',
    how: 'maxmemory set to 1 byte: adding jobs fails with OOM in the log, the profile stage goes on; deliveries flow when there is room again',
    recovery: 30,
    ...withErp(full),
  },
];
