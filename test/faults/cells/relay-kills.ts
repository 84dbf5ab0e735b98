import type { AppName } from '@tributary/contracts';
import type { Cell } from '../cell.ts';
import { makeFacts } from '../oracle/make-facts.ts';
import type { CellRig } from '../rig/cell-rig.ts';
import type { HubProcess } from '../rig/hub-process.ts';
import type { Verdict } from '../rig/tcp-proxy.ts';

const COMPONENT = 'relay';

/** Fills the outbox with a consumer that does not relay, then lets a relay of its own die; another takes over. */
async function relayDies(rig: CellRig, die: () => HubProcess, apps: readonly AppName[] = ['profile']): Promise<void> {
  await rig.up({ apps, relay: false });
  await rig.sendIn(6, makeFacts({ seed: rig.id, people: 30, each: 14 }), 100);
  await rig.consumed();
  await die().end();
  rig.faultOver();
  await rig.up({ apps: [], line: 2 });
}

/** A relay that is killed when the line it uses carries the `nth` answer of a kind; `verdict` says whether it still hears it. */
function killedByAnswer(rig: CellRig, service: 'kafka' | 'postgres', kind: RegExp, nth: number, verdict: Verdict): HubProcess {
  const relay = rig.start({ apps: [], line: 1 });
  let seen = 0;
  rig.lines(1)[service].onAnswer((answer) => {
    if (!kind.test(answer)) return 'pass';
    seen += 1;
    if (seen !== nth) return 'pass';
    relay.signal('SIGKILL');
    return verdict;
  });
  return relay;
}

/** F23, F24: a relay killed at each of its steps. */
export const relayKills: readonly Cell[] = [
  {
    id: 'F23',
    component: COMPONENT,
    fault: 'SIGKILL after selecting, before sending (KP7)',
    how: 'the relay kills itself with its first rows in hand; another is started at once',
    recovery: 10,
    run: (rig) => relayDies(rig, () => rig.start({ apps: [], line: 1, at: [{ step: 'relay-selected', nth: 1, act: 'kill' }] })),
  },
  {
    id: 'F24a',
    component: COMPONENT,
    fault: 'SIGKILL after sending, before the acknowledgement (KP8)',
    how: 'a proxy swallows the answer to the first Produce and the relay is killed at that moment',
    recovery: 10,
    run: (rig) => relayDies(rig, () => killedByAnswer(rig, 'kafka', /^Produce$/, 1, 'swallow')),
  },
  {
    id: 'F24b',
    component: COMPONENT,
    fault: 'SIGKILL after the acknowledgement, before the mark (KP9)',
    how: 'the relay kills itself between the acknowledgement and the mark; insight reads the duplicates that come of it',
    fast: true,
    recovery: 10,
    run: (rig) =>
      relayDies(rig, () => rig.start({ apps: [], line: 1, at: [{ step: 'relay-acknowledged', nth: 1, act: 'kill' }] }), [
        'profile',
        'insight',
      ]),
  },
  {
    id: 'F24c',
    component: COMPONENT,
    fault: 'SIGKILL after the mark, its answer not read (KP10)',
    how: 'a proxy swallows the answer to the first mark (a DELETE that found rows) and the relay is killed at that moment',
    recovery: 10,
    run: (rig) => relayDies(rig, () => killedByAnswer(rig, 'postgres', /^DELETE [1-9]/, 1, 'swallow')),
  },
];
