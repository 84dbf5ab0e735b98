import type { Cell } from '../cell.ts';
import type { Fact, Spoilt } from '../oracle/fact.ts';
import { makeFacts } from '../oracle/make-facts.ts';

const COMPONENT = 'consumer';

/** Spoilt orders, each under a key of its own. */
function poison(count: number, kinds: readonly Spoilt[], firstN: number): Fact[] {
  return Array.from({ length: count }, (_, index) => ({
    n: firstN + index,
    kind: 'ORDER',
    source: 'shop',
    eventId: `spoilt-poison-${index}`,
    documentId: `spoilt-poison-${index}`,
    version: 1n,
    person: 90_000 + index,
    customerId: `spoilt-poison-${index}`,
    orderId: null,
    currency: 'EUR',
    orders: 1,
    money: { gross: 10_000n, paid: 0n, returned: 0n },
    content: 'spoilt',
    spoilt: kinds[index % kinds.length],
  }));
}

/** F17, F19: records that cannot be applied. */
export const consumerRecords: readonly Cell[] = [
  {
    id: 'F17',
    component: COMPONENT,
    fault: 'poison records at the head of the partitions',
    how: 'sixteen records nobody can read, or that fit the contract but no column, come first; the rest follows at once',
    fast: true,
    recovery: 3,
    async run(rig) {
      await rig.up();
      await rig.send([
        ...poison(16, ['truncated', 'overflow', 'no-key', 'unknown-schema'], 50_000),
        ...makeFacts({ seed: rig.id, people: 20, each: 10 }),
      ]);
      rig.faultOver();
    },
  },
  {
    id: 'F19',
    component: COMPONENT,
    fault: 'hostile bytes against the heap limit',
    how: 'arrays that claim 2×10⁹ items, in a process whose heap ends at 160 MB: the decoder refuses them by the bytes that are there',
    recovery: 5,
    async run(rig) {
      const worker = await rig.up({ env: { NODE_OPTIONS: '--max-old-space-size=160' } });
      await rig.send([...poison(40, ['hostile-array'], 50_000), ...makeFacts({ seed: rig.id, people: 20, each: 10 })]);
      rig.faultOver();
      await rig.consumed();
      rig.demand(worker.alive, 'the process died of hostile bytes');
    },
  },
];
