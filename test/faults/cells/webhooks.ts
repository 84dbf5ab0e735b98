import { enableEndpoint } from '../../../apps/erp-bridge/src/delivery.store.ts';
import type { Answer, Seen } from '../../../apps/erp-bridge/test/fake-erp.ts';
import type { Cell } from '../cell.ts';
import type { CellRig } from '../rig/cell-rig.ts';
import type { ErpCell } from '../rig/erp-cell.ts';
import { withErp } from './with-erp.ts';

const COMPONENT = 'outgoing webhook';
/** Waits of the schedule before the second attempt, less a fifth of jitter. */
const FIRST_WAIT_MS = 4_000;

async function dieAfterPost(rig: CellRig, cell: ErpCell): Promise<void> {
  const first = await cell.bridge({ at: [{ step: 'webhook-posted', nth: 5, act: 'kill' }] });
  await cell.feed(12, 4);
  await first.end();
  rig.faultOver();
  await cell.bridge({ line: 1 });
  await rig.until(() => cell.repeated > 0, 'the ERP got an event again, under its id');
}

/** Answers badly to the first attempt of some events, well to everything else. */
const badAtFirst = (bad: Readonly<Record<string, (hook: Seen) => Answer>>): ((hook: Seen) => Answer) => {
  const tried = new Set<string>();
  return (hook) => {
    const answer = bad[hook.id];
    if (answer === undefined || tried.has(hook.id)) return 202;
    tried.add(hook.id);
    return answer(hook);
  };
};

async function badAnswers(rig: CellRig, cell: ErpCell): Promise<void> {
  const { erp } = cell;
  erp.answer = badAtFirst({
    'p-0-1': () => 500,
    'p-1-1': () => 'silence',
    'p-2-1': () => ({ status: 301, headers: { location: `${erp.url}/elsewhere` } }),
    'p-3-2': () => 'hang-up',
  });
  const bridge = await cell.bridge();
  await cell.feed(8, 3);
  await rig.until(() => cell.repeated >= 4, 'all four events were tried again');
  rig.faultOver();
  for (const id of ['p-0-1', 'p-1-1', 'p-2-1', 'p-3-2']) {
    const [first, second] = erp.seen.filter((hook) => hook.id === id).map(({ at }) => at);
    const wait = (second ?? 0) - (first ?? 0);
    rig.history.note('tried again', { id, wait });
    rig.demand(wait >= FIRST_WAIT_MS, `${id} was tried again after ${Math.round(wait)} ms`);
  }
  const others = erp.seen.filter(({ key }) => key === 'p-7');
  const silent = erp.seen.filter(({ id }) => id === 'p-1-1')[1];
  rig.demand(others.length === 3 && others.every(({ at }) => at < (silent?.at ?? 0)), 'other keys waited for the one that failed');
  rig.demand(bridge.alive, 'the process died');
}

async function gone(rig: CellRig, cell: ErpCell): Promise<void> {
  const { erp } = cell;
  erp.answer = () => 410;
  const bridge = await cell.bridge();
  await cell.feed(8, 2);
  const disabled = async (): Promise<boolean> =>
    (await rig.database.query('SELECT FROM erp_bridge.endpoint WHERE disabled_at IS NOT NULL')).length === 1;
  await rig.until(disabled, 'the endpoint is disabled');
  // Requests that were under way at that moment may still come in.
  await rig.pause(1_000);
  const before = erp.seen.length;
  await cell.feed(8, 2, 'q');
  await rig.pause(12_000);
  rig.demand(erp.seen.length === before, `${erp.seen.length - before} requests went to an ERP that wants none`);
  rig.demand(
    (await cell.deliveries()).every(({ status }) => status === 'pending'),
    'a delivery did not stay open',
  );
  erp.answer = () => 202;
  await enableEndpoint(rig.database, erp.url);
  rig.faultOver();
  rig.demand(bridge.alive, 'the process died');
}

/** F59: deliveries to the ERP. */
export const webhooks: readonly Cell[] = [
  {
    id: 'F59a',
    component: COMPONENT,
    fault: 'SIGKILL after the webhook is posted, before its 2xx is noted (KP13)',
    how: 'the process kills itself after the fifth answer of the ERP; another takes the shard when its lease has run out and sends again under the same id',
    recovery: 30,
    ...withErp(dieAfterPost),
  },
  {
    id: 'F59b',
    component: COMPONENT,
    fault: 'the endpoint answers 500, 301, not at all, hangs up',
    how: 'one event each: tried again on schedule with the same id and body, the redirect not followed, its key waits in order, others go on',
    recovery: 20,
    ...withErp(badAnswers),
  },
  {
    id: 'F59c',
    component: COMPONENT,
    fault: 'the endpoint answers 410',
    how: 'nothing more goes out, everything stays open, until a person enables the endpoint again',
    recovery: 15,
    ...withErp(gone),
  },
];
