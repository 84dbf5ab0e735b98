import type { Cell } from '../cell.ts';
import { makeFacts } from '../oracle/make-facts.ts';
import type { CellRig } from '../rig/cell-rig.ts';
import { acceptable, Sender } from '../rig/sender.ts';
import { unanswered, withSender } from './with-sender.ts';
import type { At } from '../rig/worker-order.ts';

const COMPONENT = 'gateway';
/** A gateway alone: what consumes and publishes runs in a process of its own, which the fault leaves alone. */
const GATEWAY = { apps: ['gateway'], relay: false, line: 1 } as const;

/** Posts while the gateway dies at a step; another takes its place and the sender goes on there. */
async function dieAndComeBack(rig: CellRig, at: Omit<At, 'act'>): Promise<Sender> {
  const [first] = await Promise.all([rig.up({ ...GATEWAY, at: [{ ...at, act: 'kill' }] }), rig.up()]);
  let address = (await first.ready).gateway ?? '';
  const sender = new Sender(rig, () => address);
  const posting = sender.post(acceptable(makeFacts({ seed: rig.id, people: 5, each: 14 })));
  await first.end();
  rig.faultOver();
  const second = await rig.up(GATEWAY);
  address = (await second.ready).gateway ?? '';
  await posting;
  rig.demand(
    sender.attempts.some(({ status }) => status === 'broken'),
    'no request was broken off',
  );
  return sender;
}

/** Lets the gateway die between commit and answer. */
async function storedUnanswered(rig: CellRig): Promise<Sender> {
  const sender = await dieAndComeBack(rig, { step: 'ingress-stored', nth: 40 });
  rig.demand(unanswered(sender) > 0, 'no event sent again was called a duplicate');
  return sender;
}

/** Stops a gateway in the middle of its work, as a deployment does. */
async function stopUnderLoad(rig: CellRig): Promise<Sender> {
  const [first] = await Promise.all([rig.up(GATEWAY), rig.up()]);
  let address = (await first.ready).gateway ?? '';
  const sender = new Sender(rig, () => address);
  const posting = sender.post(acceptable(makeFacts({ seed: rig.id, people: 24, each: 14 })), { lanes: 16 });
  await rig.until(() => sender.attempts.length > 200, 'the load runs');
  const began = performance.now();
  first.signal('SIGTERM');
  const how = await first.end();
  rig.demand(how === 0, `the process ended with ${how}, not cleanly`);
  rig.demand(performance.now() - began < 10_000, `the process took ${Math.round(performance.now() - began)} ms to end`);
  rig.faultOver();
  const second = await rig.up(GATEWAY);
  address = (await second.ready).gateway ?? '';
  await posting;
  const refusals = sender.attempts.filter(({ status }) => typeof status === 'number' && status >= 300);
  rig.demand(
    refusals.every(({ status, retryAfter }) => status === 503 && retryAfter !== null),
    `refused with ${[...new Set(refusals.map(({ status, retryAfter }) => `${status} Retry-After ${retryAfter}`))].join(', ')}`,
  );
  rig.demand(
    sender.attempts.every(({ status }) => status !== 'silent'),
    'a request was left without an answer',
  );
  rig.demand(unanswered(sender) === 0, `${unanswered(sender)} events were stored and their senders not told`);
  return sender;
}

/** Posts every event to two gateways at the same moment. */
async function postToBoth(rig: CellRig): Promise<Sender> {
  const [, ...gateways] = await Promise.all([rig.up(), rig.up(GATEWAY), rig.up({ ...GATEWAY, line: 2 })]);
  const addresses = await Promise.all(gateways.map(async ({ ready }) => (await ready).gateway ?? ''));
  const sender = new Sender(rig, () => addresses[0] ?? '');
  const facts = acceptable(makeFacts({ seed: rig.id, people: 8, each: 10 }));
  const lanes = new Map<number, typeof facts>();
  for (const fact of facts) lanes.set(fact.person % 8, [...(lanes.get(fact.person % 8) ?? []), fact]);
  await Promise.all(
    [...lanes.values()].map(async (lane) => {
      for (const fact of lane) await Promise.all(addresses.map((address) => sender.once(fact, address)));
    }),
  );
  rig.faultOver();
  rig.demand(
    sender.attempts.every(({ status }) => status === 202),
    'a gateway did not answer 202',
  );
  const accepted = sender.attempts.filter(({ said }) => said === 'accepted').length;
  rig.demand(accepted === sender.sent.length, `${accepted} answers say accepted, for ${sender.sent.length} events`);
  return sender;
}

/** F01, F02, F03, F08: gateways that die, stop, or get the same at once. */
export const gatewayKills: readonly Cell[] = [
  {
    id: 'F01',
    component: COMPONENT,
    fault: 'SIGKILL after the body is read, before anything is stored (KP1)',
    how: 'the process kills itself at its 40th request; the senders, whose requests break, send again to the next process',
    fast: true,
    recovery: 5,
    ...withSender((rig) => dieAndComeBack(rig, { step: 'ingress-received', nth: 40 })),
  },
  {
    id: 'F02',
    component: COMPONENT,
    fault: 'SIGKILL after the commit, before 2xx (KP2)',
    how: 'the process kills itself between commit and answer of its 40th request; the event sent again must be called a duplicate with 2xx',
    recovery: 5,
    ...withSender(storedUnanswered),
  },
  {
    id: 'F03',
    component: COMPONENT,
    fault: 'SIGTERM under load',
    how: '16 senders as fast as they can; every request is answered 2xx or 503 with Retry-After, or was never taken up; no event is stored without its sender hearing of it',
    recovery: 10,
    ...withSender(stopUnderLoad),
  },
  {
    id: 'F08',
    component: COMPONENT,
    fault: 'two gateways get the same webhook at the same moment',
    how: 'every event goes to two processes at once, 8 events at a time; both must answer 2xx and one row must stand',
    fast: true,
    recovery: 5,
    ...withSender(postToBoth),
  },
];
