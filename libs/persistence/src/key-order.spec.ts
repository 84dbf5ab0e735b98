import { describe, expect, it } from '@jest/globals';
import { contracts, type AnyContract } from '@tributary/contracts';
import fc from 'fast-check';
import { decideFates, KeyOrder, keyHash, orderName, type OrderedRecord } from './key-order.ts';
import type { Disposition } from './stage.ts';

interface Item extends OrderedRecord {
  readonly bad: boolean;
}

const strict = contracts.payment as unknown as AnyContract;
const latest = contracts.order as unknown as AnyContract;
const item = (offset: number, key: string | null, contract: AnyContract, bad: boolean): Item => ({
  record: {
    topic: contract.topic,
    partition: 0,
    offset: BigInt(offset),
    key: key === null ? null : Buffer.from(key),
    value: null,
    headers: {},
    timestamp: 0,
  },
  contract,
  bad,
});
const items = fc
  .array(
    fc.record({
      key: fc.option(fc.constantFrom('', 'a', 'b', 'c'), { freq: 8 }),
      contract: fc.constantFrom(strict, latest),
      bad: fc.boolean(),
    }),
    { maxLength: 60 },
  )
  .map((list) => list.map(({ key, contract, bad }, offset) => item(offset, key, contract, bad)));
const judge = ({ bad }: Item): Disposition =>
  bad ? { kind: 'quarantined', faults: [{ field: '', reason: 'arithmetic', detail: '' }] } : { kind: 'applied' };
const named = (record: Item): string => orderName(record.record) ?? '';

describe('the order of keys', () => {
  it('parks exactly what stands behind the first failure of its strict key', () => {
    fc.assert(
      fc.property(items, fc.subarray(['a', 'b', 'c']), (records, before) => {
        const blocked = before.map((key) => `${strict.topic}\n${key}`);
        const fates = decideFates(records, new KeyOrder(blocked), judge);
        // The plain statement of it: look back for a failure of the same key, or a key that was blocked before.
        const expected = records.map((record, index) => {
          const name = named(record);
          const failedBefore = records.slice(0, index).some((other) => other.bad && other.contract === strict && named(other) === name);
          const waits = name !== '' && record.contract === strict && (failedBefore || blocked.includes(name));
          return waits ? 'parked' : record.bad ? 'quarantined' : 'applied';
        });
        expect(fates.map((fate) => fate.kind)).toEqual(expected);
      }),
    );
  });

  it('cut anywhere into batches, the fates are the same', () => {
    fc.assert(
      fc.property(items, fc.nat(60), (records, cut) => {
        const whole = decideFates(records, new KeyOrder([]), judge);
        const order = new KeyOrder([]);
        const first = decideFates(records.slice(0, cut), order, judge);
        const later = new KeyOrder(order.failed.flatMap((record) => orderName(record) ?? []));
        expect([...first, ...decideFates(records.slice(cut), later, judge)]).toEqual(whole);
      }),
    );
  });

  it('released in order with everything mended, a key ends as if nothing had failed', () => {
    fc.assert(
      fc.property(items, (records) => {
        const applied: number[] = [];
        const note = (index: number): void => void applied.push(index);
        const fates = decideFates(records, new KeyOrder([]), judge);
        records.forEach((_record, index) => fates[index]?.kind === 'applied' && note(index));
        records.forEach((_record, index) => fates[index]?.kind !== 'applied' && note(index));
        // Within each strict key the order of arrival is kept.
        for (const key of ['a', 'b', 'c']) {
          const mine = applied.filter((index) => records[index]?.contract === strict && records[index].record.key?.toString() === key);
          expect(mine).toEqual([...mine].sort((left, right) => left - right));
        }
      }),
    );
  });

  it('a key of any length has a name of one length', () => {
    expect(keyHash(Buffer.alloc(1_000_000, 7))).toMatch(/^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    expect(keyHash(Buffer.from('a'))).toBe('ca978112-ca1b-bdca-fac2-31b39a23dc4d');
  });
});
