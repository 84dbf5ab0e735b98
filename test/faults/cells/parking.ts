import { createProfileStage } from '@tributary/app-profile';
import { contracts } from '@tributary/contracts';
import { redrive } from '@tributary/persistence';
import type { Cell } from '../cell.ts';
import type { Fact } from '../oracle/fact.ts';
import { makeFacts } from '../oracle/make-facts.ts';
import { IDENTITY_KEY } from '../rig/cell-rig.ts';

const FIRST = 60_000;
const FOLLOWERS = 30;

/** Payments of one customer, the first of which nobody can read. */
const payments: readonly Fact[] = Array.from({ length: 1 + FOLLOWERS }, (_, index) => ({
  n: FIRST + index,
  kind: 'PAYMENT',
  source: 'shop',
  eventId: `parking-${index}`,
  documentId: `parking-${index}`,
  version: 0n,
  person: 7,
  customerId: 'shop-7',
  orderId: null,
  currency: 'EUR',
  orders: 0,
  money: { gross: 0n, paid: BigInt(100 * (index + 1)), returned: 0n },
  content: `parking-${index}`,
  spoilt: index === 0 ? 'truncated' : undefined,
}));

/** F18: one key fails, the others flow. */
export const parkingCells: readonly Cell[] = [
  {
    id: 'F18',
    component: 'consumer',
    fault: 'one key fails for a while',
    how: 'a payment that cannot be read blocks its customer, thirty behind it are parked while everybody else is applied; a person discards it after some seconds (instead of 60 s)',
    recovery: 5,
    async run(rig) {
      await rig.up();
      await rig.send(payments);
      await rig.until(async () => (await rig.parked()) === FOLLOWERS, 'those behind the failed payment are parked');
      await rig.sendIn(
        10,
        makeFacts({ seed: rig.id, people: 20, each: 12 }).filter((fact) => fact.kind !== 'PAYMENT' || fact.person !== 7),
        200,
      );
      await rig.consumed();
      rig.demand((await rig.parked()) === FOLLOWERS, 'parked payments did not wait');
      rig.faultOver();
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
          limit: 100,
        },
      );
      rig.history.note('discarded', { released: report.released, waiting: report.waiting });
    },
    async afterwards(rig) {
      rig.demand((await rig.parked()) === 0, 'records are parked still');
    },
  },
];
