import { Webhook } from 'standardwebhooks';
import type { Cell } from '../cell.ts';
import { makeFacts } from '../oracle/make-facts.ts';
import type { CellRig } from '../rig/cell-rig.ts';
import { acceptable, Sender } from '../rig/sender.ts';
import { WallClock } from '../rig/wall-clock.ts';
import { withSender } from './with-sender.ts';

const COMPONENT = 'clock';
const DAY_MS = 86_400_000;
const SECRET = `whsec_${Buffer.alloc(32, 9).toString('base64')}`;

/** Posts a request that is signed by the true time. */
async function postSigned(address: string, id: string): Promise<{ status: number; text: string }> {
  const now = new Date();
  const body = JSON.stringify({ id, type: 'nothing', data: {} });
  const answer = await fetch(`${address}/in/signed`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      'webhook-id': id,
      'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
      'webhook-signature': new Webhook(SECRET).sign(id, now, body),
    },
    body,
  });
  return { status: answer.status, text: await answer.text() };
}

async function jumps(rig: CellRig): Promise<Sender> {
  const clock = new WallClock(rig);
  const settings = { TRIBUTARY_SOURCES: `shop,pos,signed:${SECRET}` };
  const [gateway] = await Promise.all([
    rig.up({ apps: ['gateway'], relay: false, line: 1, settings, env: clock.env }),
    rig.up({ env: clock.env }),
  ]);
  const address = (await gateway.ready).gateway ?? '';
  const sender = new Sender(rig, () => address);
  const facts = acceptable(makeFacts({ seed: rig.id, people: 12, each: 14 }));
  const quarter = Math.ceil(facts.length / 4);
  // Three days back, and if they do not reach into the month before, so far that they do.
  const back = -Math.max(3, new Date().getUTCDate() + 1) * DAY_MS;
  for (const [index, offset] of [0, 3 * DAY_MS, back, 0].entries()) {
    await clock.set(offset);
    const { status, text } = await postSigned(address, `signed-${index}`);
    const trusted = status !== 401;
    rig.demand(trusted === (offset === 0), `a request signed by the true time was answered ${status} at ${offset / DAY_MS} days`);
    rig.demand(trusted || text.includes('stale'), `the refusal does not say why: ${text}`);
    await sender.post(facts.slice(index * quarter, (index + 1) * quarter));
    await rig.consumed();
    // The same events once more under the changed clock: the inbox and the ingress know them.
    await sender.post(facts.slice(index * quarter, index * quarter + 10));
  }
  rig.faultOver();
  const again = sender.attempts.filter(({ said }) => said === 'duplicate').length;
  rig.demand(again >= 40, `only ${again} repetitions were called duplicates`);
  return sender;
}

async function apart(rig: CellRig): Promise<void> {
  const ahead = new WallClock(rig);
  await ahead.set(600_000);
  await Promise.all([rig.up({ env: ahead.env }), rig.up({ line: 1 })]);
  await rig.shared('profile', 2);
  await rig.sendIn(10, makeFacts({ seed: rig.id, people: 30, each: 14 }), 100);
  rig.faultOver();
}

/** F53, F54: wall clocks. The worker's `Date` is shifted; timers, PostgreSQL and the broker keep the true time. */
export const clocks: readonly Cell[] = [
  {
    id: 'F53',
    component: COMPONENT,
    fault: 'the clock of the hub jumps +3 days, then back',
    how: 'the wall clock of gateway and stage is set 3 days ahead, then at least 3 days back (into the month before), then right, events and repetitions in between; a request signed by the true time is refused as stale while it is wrong',
    recovery: 5,
    ...withSender(jumps),
  },
  {
    id: 'F54',
    component: COMPONENT,
    fault: 'two services 10 minutes apart',
    how: 'two processes share the partitions of the profile stage and both publish; one goes 10 minutes ahead; the oracle knows no clock',
    recovery: 5,
    run: apart,
  },
];
