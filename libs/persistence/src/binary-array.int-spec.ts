import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { byteaArray, float8Array, int2Array, int4Array, int8Array, textArray, uuidArray } from './binary-array.ts';

const RUNS = { numRuns: 40 };
/** Every code point but NUL, which PostgreSQL has not, and halves of surrogate pairs, which UTF-8 has not. */
const anyText = fc
  .array(fc.oneof(fc.integer({ min: 1, max: 0xd7ff }), fc.integer({ min: 0xe000, max: 0x10ffff })), { maxLength: 20 })
  .map((points) => String.fromCodePoint(...points));
const nullable = <T>(value: fc.Arbitrary<T>): fc.Arbitrary<(T | null)[]> => fc.array(fc.option(value), { maxLength: 12 });

describe('binary arrays through PostgreSQL', () => {
  let own: FreshDatabase;
  beforeAll(async () => void (own = await freshDatabase([])), 30_000);
  afterAll(() => own.drop());

  const back = async (type: string, bytes: Buffer): Promise<unknown[]> =>
    (
      await own.database.query<{ item: unknown }>(`SELECT item FROM unnest($1::${type}[]) WITH ORDINALITY AS u (item, n) ORDER BY n`, [
        bytes,
      ])
    ).map((row) => row.item);
  const holds = <T>(type: string, values: fc.Arbitrary<(T | null)[]>, encode: (items: (T | null)[]) => Buffer): Promise<void> =>
    fc.assert(
      fc.asyncProperty(values, async (items) => {
        expect(await back(type, encode(items))).toEqual(items);
      }),
      RUNS,
    );

  it(
    'text: every character PostgreSQL can hold, empty texts, nulls, no elements',
    () => holds('text', nullable(anyText), textArray),
    20_000,
  );
  it('text: quotes, braces, backslashes, NULL as a word, Chinese, astral characters', async () => {
    const items = ['', '"', '\\', '{a,b}', 'NULL', null, '客户一号', '😀', 'a\tb\nc'];
    expect(await back('text', textArray(items))).toEqual(items);
  });
  it('bigint: the whole range', () =>
    holds(
      'bigint',
      nullable(fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.constantFrom(-(2n ** 63n), 2n ** 63n - 1n, 0n))),
      int8Array,
    ));
  it('integer and smallint: the whole range', async () => {
    await holds('int', nullable(fc.integer()), int4Array);
    await holds('smallint', nullable(fc.integer({ min: -32_768, max: 32_767 })), int2Array);
  });
  it('double precision: infinities, NaN and the smallest numbers', () =>
    holds(
      'float8',
      nullable(fc.double()).map((items) => items.map((item) => (Object.is(item, -0) ? 0 : item))),
      float8Array,
    ));
  it('uuid', () => holds('uuid', nullable(fc.uuid()), uuidArray));
  it('bytea, also from a view into a larger buffer', async () => {
    await fc.assert(
      fc.asyncProperty(nullable(fc.uint8Array()), async (items) => {
        const views = items.map((item) => {
          if (item === null) return null;
          const around = new Uint8Array(item.length + 7).fill(255);
          around.set(item, 3);
          return around.subarray(3, 3 + item.length);
        });
        const found = (await back('bytea', byteaArray(views))) as (Buffer | null)[];
        expect(found.map((item) => item?.toString('hex') ?? null)).toEqual(
          items.map((item) => (item === null ? null : Buffer.from(item).toString('hex'))),
        );
      }),
      RUNS,
    );
  });
  it('more than a thousand elements', async () => {
    const items = Array.from({ length: 2_500 }, (_, index) => BigInt(index) - 1_000n);
    expect(await back('bigint', int8Array(items))).toEqual(items);
  });
  it('throws rather than write a number that does not fit', () => {
    expect(() => int8Array([2n ** 63n])).toThrow(/out of range/);
    expect(() => int4Array([2 ** 31])).toThrow(/out of range/);
    expect(() => int2Array([40_000])).toThrow(/out of range/);
  });
});
