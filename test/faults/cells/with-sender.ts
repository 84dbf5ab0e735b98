import type { Cell } from '../cell.ts';
import { judgeIntake } from '../oracle/judge-intake.ts';
import type { CellRig } from '../rig/cell-rig.ts';
import type { Sender } from '../rig/sender.ts';

/** A cell whose facts come in over a gateway: it is judged too by what the sender was told, against ingress table and topics. */
export function withSender(run: (rig: CellRig) => Promise<Sender>): Pick<Cell, 'run' | 'afterwards'> {
  const senders = new WeakMap<CellRig, Sender>();
  return {
    async run(rig) {
      senders.set(rig, await run(rig));
    },
    async afterwards(rig) {
      const sender = senders.get(rig);
      if (sender !== undefined) await judgeSender(rig, sender);
    },
  };
}

async function judgeSender(rig: CellRig, sender: Sender): Promise<void> {
  const found = await judgeIntake(rig.kafka, rig.database, sender.sent);
  for (const fault of found.faults) rig.demand(false, fault);
  rig.tally.lost += found.lost;
  rig.tally.doubled += found.doubled;
  rig.tally.repeated += found.repeated;
  rig.tally.orderKept &&= found.orderKept;
}

/** Events that the hub calls a duplicate though the sender was never told that it has them. */
export function unanswered(sender: Sender): number {
  const taken = new Set<string>();
  let count = 0;
  for (const { fact, status, said } of sender.attempts) {
    const event = `${fact.source} ${fact.eventId}`;
    if (said === 'duplicate' && !taken.has(event)) count += 1;
    if (typeof status === 'number' && status < 300) taken.add(event);
  }
  return count;
}
