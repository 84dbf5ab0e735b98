import type { Cell } from '../cell.ts';
import { makeFacts } from '../oracle/make-facts.ts';
import type { CellRig } from '../rig/cell-rig.ts';
import type { HubProcess } from '../rig/hub-process.ts';

const COMPONENT = 'relay';

/** Fills the outbox with a consumer that does not relay, then lets `die` kill a relay of its own; another takes over. */
async function relayDies(rig: CellRig, die: (rig: CellRig) => Promise<HubProcess>): Promise<void> {
  await rig.up({ relay: false });
  await rig.send(makeFacts({ seed: rig.id, people: 30, each: 14 }));
  await rig.consumed();
  const relay = await die(rig);
  await relay.end();
  rig.faultOver();
  await rig.up({ apps: [], line: 2 });
}

/** F23, F24: a relay killed at each of its steps. */
export const relayKills: readonly Cell[] = [
  {
    id: 'F24a',
    component: COMPONENT,
    fault: 'SIGKILL after sending, before the acknowledgement (KP8)',
    how: 'a proxy swallows the answer to the second Produce and the relay is killed at that moment',
    recovery: 10,
    run: (rig) =>
      relayDies(rig, (own) => {
        const relay = own.start({ apps: [], line: 1 });
        let produced = 0;
        own.lines(1).kafka.onAnswer((kind) => {
          if (kind !== 'Produce') return 'pass';
          produced += 1;
          if (produced !== 2) return 'pass';
          relay.signal('SIGKILL');
          return 'swallow';
        });
        return Promise.resolve(relay);
      }),
  },
  {
    id: 'F24b',
    component: COMPONENT,
    fault: 'SIGKILL after the acknowledgement, before the mark (KP9)',
    how: 'the relay kills itself between the acknowledgement and the mark of its second send',
    fast: true,
    recovery: 10,
    run: (rig) =>
      relayDies(rig, (own) => Promise.resolve(own.start({ apps: [], line: 1, at: [{ step: 'relay-acknowledged', nth: 2, act: 'kill' }] }))),
  },
];
