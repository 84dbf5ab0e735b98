import { createProfileStage } from '@tributary/app-profile';
import { contracts } from '@tributary/contracts';
import { redrive } from '@tributary/persistence';
import type { Cell } from '../cell.ts';
import type { Fact } from '../oracle/fact.ts';
import { makeFacts } from '../oracle/make-facts.ts';
import { IDENTITY_KEY, type CellRig } from '../rig/cell-rig.ts';

const COMPONENT = 'consumer';
const FIRST = 60_000;
const FOLLOWERS = 30;
/** More than the hundred blocked keys below which their share is not judged. */
const WAVE = 110;
const HALT = /partition halted: \d+ of about (\d+) keys/;

/** The `index`-th payment of a cell, of a customer whose payments have an order. */
const payment = (index: number, person: number, spoilt = false): Fact => ({
  n: FIRST + index,
  kind: 'PAYMENT',
  source: 'shop',
  eventId: `parking-${index}`,
  documentId: `parking-${index}`,
  version: 0n,
  person,
  customerId: `shop-${person}`,
  orderId: null,
  currency: 'EUR',
  orders: 0,
  money: { gross: 0n, paid: BigInt(100 * (index + 1)), returned: 0n },
  content: `parking-${index}`,
  spoilt: spoilt ? 'truncated' : undefined,
});

/** One payment each of ever new customers. */
const payments = (from: number, count: number, spoilt = false): Fact[] =>
  Array.from({ length: count }, (_, index) => payment(from + index, from + index, spoilt));

/** What a person does with the payments that nobody can read: none of them will ever be applied. */
async function discard(rig: CellRig): Promise<void> {
  const report = await redrive(
    {
      database: rig.database,
      stageOf: (group) => (group === 'profile' ? createProfileStage(Buffer.from(IDENTITY_KEY, 'hex')) : undefined),
      resend: () => Promise.resolve(undefined),
      now: () => new Date(),
    },
    {
      filter: { group: 'profile', contract: contracts.payment.name, source: 'shop', reason: 'truncated' },
      action: 'discard',
      actor: { name: 'faults', via: 'cli' },
      dryRun: false,
      limit: 1_000,
    },
  );
  rig.history.note('discarded', { released: report.released, waiting: report.waiting });
}

const nothingParked = async (rig: CellRig): Promise<void> => rig.demand((await rig.parked()) === 0, 'records are parked still');

/** F18: keys fail, the others flow. */
export const parkingCells: readonly Cell[] = [
  {
    id: 'F18',
    component: COMPONENT,
    fault: 'one key fails for a while',
    how: 'a payment that cannot be read blocks its customer, thirty behind it are parked while everybody else is applied; a person discards it after some seconds (instead of 60 s)',
    recovery: 5,
    async run(rig) {
      await rig.up();
      await rig.send(Array.from({ length: 1 + FOLLOWERS }, (_, index) => payment(index, 7, index === 0)));
      await rig.until(async () => (await rig.parked()) === FOLLOWERS, 'those behind the failed payment are parked');
      await rig.sendIn(
        10,
        makeFacts({ seed: rig.id, people: 20, each: 12 }).filter((fact) => fact.kind !== 'PAYMENT' || fact.person !== 7),
        200,
      );
      await rig.consumed();
      rig.demand((await rig.parked()) === FOLLOWERS, 'parked payments did not wait');
      rig.faultOver();
      await discard(rig);
    },
    afterwards: nothingParked,
  },
  {
    id: 'F18b',
    component: COMPONENT,
    fault: 'a wave of bad records on a young topic',
    how: `after one payment each of 2,600 customers come ${WAVE} that cannot be read, of as many others, and one behind each: those wait, no partition halts; then a person discards the bad ones`,
    recovery: 5,
    async run(rig) {
      const worker = await rig.up();
      await rig.sendIn(4, payments(0, 2_600));
      await rig.consumed();
      await rig.send(payments(3_000, WAVE, true));
      await rig.send(Array.from({ length: WAVE }, (_, index) => payment(4_000 + index, 3_000 + index)));
      await rig.until(async () => HALT.test(worker.log) || (await rig.parked()) === WAVE, 'those behind the failed payments are parked');
      rig.demand(!HALT.test(worker.log), 'a partition halted');
      rig.faultOver();
      await discard(rig);
    },
    afterwards: nothingParked,
  },
  {
    id: 'F18c',
    component: COMPONENT,
    fault: 'the same wave where it is more than 5 % of the keys',
    how: `the same after 300 payments: a partition halts, tells the number of keys and turns the process not ready; a person starts it again with TRIBUTARY_PARKING_SHARE=100 and discards the bad ones`,
    recovery: 25,
    async run(rig) {
      const worker = await rig.up();
      await rig.sendIn(4, payments(0, 300));
      await rig.consumed();
      await rig.send(payments(3_000, WAVE, true));
      await rig.send(Array.from({ length: WAVE }, (_, index) => payment(4_000 + index, 3_000 + index)));
      await rig.until(() => HALT.test(worker.log), 'a partition halted');
      const keys = Number(HALT.exec(worker.log)?.[1]);
      rig.demand(keys >= 300 + 100 && keys <= 300 + WAVE, `${keys} keys are told, there are ${300 + WAVE}`);
      const { ops } = await worker.ready;
      const ready = await fetch(`${ops}/ready`);
      rig.demand(ready.status === 503 && (await ready.text()).includes(contracts.payment.topic), 'the process says it is ready');
      worker.signal('SIGTERM');
      await worker.end();
      await discard(rig);
      rig.faultOver();
      // The batch with the wave rolled back whole, perhaps: only with another limit do its bad records get into quarantine.
      await rig.up({ settings: { TRIBUTARY_PARKING_SHARE: '100' } });
      await rig.until(async () => (await rig.settled(1_000)) === undefined, 'what is left of the wave was consumed');
      await discard(rig);
    },
    afterwards: nothingParked,
  },
];
