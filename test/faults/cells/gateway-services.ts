import type { Cell } from '../cell.ts';
import { makeFacts } from '../oracle/make-facts.ts';
import type { CellRig } from '../rig/cell-rig.ts';
import { acceptable, Sender } from '../rig/sender.ts';
import { withSender } from './with-sender.ts';

const COMPONENT = 'gateway';
const GATEWAY = { apps: ['gateway'], relay: false, line: 1 } as const;
/** Growth of the process that is no leak, bytes. */
const ROOM = 48 * 1024 * 1024;

/** Starts a gateway, and a stage with the relay beside it. */
async function openIntake(rig: CellRig): Promise<{ sender: Sender; address: string }> {
  const [gateway] = await Promise.all([rig.up(GATEWAY), rig.up()]);
  const address = (await gateway.ready).gateway ?? '';
  return { sender: new Sender(rig, () => address), address };
}

async function residentBytes(address: string): Promise<number> {
  const text = await (await fetch(`${address}/metrics`)).text();
  return Number(/^tributary_process_resident_memory_bytes (\S+)/m.exec(text)?.[1]);
}

/** Takes a service away under load for a while; every event must be taken by the time it is back. */
async function intakeWithout(rig: CellRig, service: 'kafka' | 'redis', seconds: number): Promise<{ sender: Sender; slowestMs: number }> {
  const { sender } = await openIntake(rig);
  if (service === 'kafka') await rig.killBroker();
  else rig.killService(service, 'SIGKILL');
  const began = performance.now();
  await sender.post(acceptable(makeFacts({ seed: rig.id, people: 8, each: 14 })), { perSecond: 100 / seconds });
  await rig.pause(Math.max(0, seconds * 1000 - (performance.now() - began)));
  rig.demand(
    sender.attempts.every(({ status }) => status === 202),
    'an event was not taken at the first attempt',
  );
  return { sender, slowestMs: Math.max(...sender.attempts.map((attempt) => attempt.ended - attempt.began)) };
}

async function withoutPostgres(rig: CellRig): Promise<Sender> {
  const { sender, address } = await openIntake(rig);
  const facts = acceptable(makeFacts({ seed: rig.id, people: 3, each: 14 }));
  await sender.post(facts.slice(0, 20));
  const before = await residentBytes(address);
  rig.killService('postgres', 'SIGKILL');
  const down = performance.now();
  const posting = sender.post(facts.slice(20), { lanes: 16 });
  await rig.until(async () => (await fetch(`${address}/ready`)).status === 503, 'the gateway says it is not ready');
  await rig.pause(6_000);
  const attempts = sender.within(down, performance.now());
  const grown = (await residentBytes(address)) - before;
  await rig.stack.services.restart('postgres');
  rig.faultOver();
  await posting;
  await rig.until(async () => (await fetch(`${address}/ready`)).status === 200, 'the gateway is ready again');
  const slowest = Math.round(Math.max(...attempts.map(({ began, ended }) => ended - began)));
  rig.history.note('while PostgreSQL was away', { attempts: attempts.length, slowest, grown });
  rig.demand(attempts.length > 20, `only ${attempts.length} requests came while PostgreSQL was away`);
  rig.demand(
    attempts.every(({ status, retryAfter }) => status === 503 && retryAfter !== null),
    `answers were ${[...new Set(attempts.map(({ status }) => status))].join(', ')}, not 503 with Retry-After alone`,
  );
  rig.demand(slowest < 2_000, `an answer took ${slowest} ms`);
  rig.demand(grown < ROOM, `the process grew by ${grown} bytes`);
  return sender;
}

async function withoutKafka(rig: CellRig): Promise<Sender> {
  const seconds = 12;
  const { sender } = await intakeWithout(rig, 'kafka', seconds);
  await rig.stack.services.restart('kafka');
  rig.faultOver();
  const pending = async (): Promise<number> => {
    const [row] = await rig.database.query<{ rows: bigint }>('SELECT coalesce(sum(rows), 0)::bigint AS rows FROM hub.outbox_pending');
    return Number(row?.rows);
  };
  const backlog = await pending();
  await rig.until(async () => (await pending()) < backlog, 'the relay publishes again');
  const began = performance.now();
  await rig.until(async () => (await pending()) === 0, 'the outbox is empty');
  const drained = (performance.now() - began) / 1000;
  rig.history.note('drained', { backlog, seconds: drained });
  rig.demand(backlog >= sender.sent.length, `only ${backlog} rows waited in the outbox`);
  rig.demand(drained < seconds / 5, `the backlog of ${seconds} s took ${drained.toFixed(1)} s to drain`);
  return sender;
}

async function withoutRedis(rig: CellRig): Promise<Sender> {
  const { sender, slowestMs } = await intakeWithout(rig, 'redis', 5);
  rig.demand(slowestMs < 2_000, `an answer took ${Math.round(slowestMs)} ms`);
  await rig.settled();
  await rig.stack.services.restart('redis');
  rig.faultOver();
  return sender;
}

/** F04, F05, F06: a service behind the gateway is away. */
export const gatewayServices: readonly Cell[] = [
  {
    id: 'F04',
    component: COMPONENT,
    fault: 'PostgreSQL down',
    how: 'SIGKILL of the postmaster, down for at least 6 s while 16 senders insist: 503 with Retry-After within 2 s each, never 2xx, /ready false, no growth',
    recovery: 5,
    ...withSender(withoutPostgres),
  },
  {
    id: 'F05',
    component: COMPONENT,
    fault: 'Kafka down',
    how: 'SIGKILL of the broker, down for 12 s (not 30 min) while events come in: each is taken at the first attempt, the backlog drains at least five times as fast as it grew',
    recovery: 30,
    ...withSender(withoutKafka),
  },
  {
    id: 'F06',
    component: COMPONENT,
    fault: 'Redis down',
    how: 'SIGKILL of Redis, down for 5 s: intake and profile go on as if nothing was (there is no login in the product that Redis could limit)',
    recovery: 5,
    ...withSender(withoutRedis),
  },
];
