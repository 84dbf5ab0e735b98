import { describe, expect, it } from '@jest/globals';
import { contracts, parseMicros } from '@tributary/contracts';
import { isRefused, readItem, readPage } from './read-page.ts';

const bytes = (value: unknown): Buffer => Buffer.from(typeof value === 'string' ? value : JSON.stringify(value));
const now = parseMicros('2026-01-02T00:00:00Z') ?? 0;
const level = {
  sku: 'a',
  location: 'web',
  version: '9007199254740993',
  asOf: '2026-01-01T00:00:00Z',
  onHand: '3',
  reserved: '0',
  onOrder: '0',
};

describe('readPage', () => {
  it('reads a page and keeps the digits of its numbers', () => {
    const page = readPage(
      '/stock',
      bytes(
        `{"items":[{"id":"1","data":${JSON.stringify(level).replace('"9007199254740993"', '9007199254740993')}}],"next":"7","more":true}`,
      ),
    );
    expect(page).toMatchObject({ next: '7', more: true });
    const item = readItem(contracts.stockLevel, page.items[0], now);
    expect(isRefused(item) ? item.faults : item).toMatchObject({
      id: '1',
      key: 'a@web',
      time: '2026-01-01T00:00:00Z',
      value: { version: 9_007_199_254_740_993n },
    });
  });

  it.each([
    ['no JSON', '{"items":['],
    ['no UTF-8', Buffer.from([0x22, 0xff, 0x22])],
    ['a list', '[]'],
    ['null', 'null'],
    ['no items', { next: '1', more: false }],
    ['no cursor', { items: [], more: false }],
    ['a number as cursor', { items: [], next: 1, more: false }],
    ['a cursor with U+0000', { items: [], next: 'a\u0000', more: false }],
    ['an endless cursor', { items: [], next: 'x'.repeat(1001), more: false }],
    ['no more', { items: [], next: '1' }],
  ])('refuses %s', (_what, body) => {
    expect(() => readPage('/stock', Buffer.isBuffer(body) ? body : bytes(body))).toThrow(expect.objectContaining({ code: 'pull-format' }));
  });
});

describe('readItem', () => {
  const faultsOf = (item: unknown): unknown => {
    const read = readItem(contracts.stockLevel, item, now);
    return isRefused(read) ? read.faults.map(({ field, reason }) => [field, reason]) : 'taken';
  };

  it('gives an item without an id the same id at every pull, another one for another version', () => {
    const id = (version: string): unknown => {
      const read = readItem(contracts.stockLevel, { data: { ...level, version } }, now);
      return isRefused(read) ? read.faults : read.id;
    };
    expect(id('1')).toBe(id('1'));
    expect(id('1')).not.toBe(id('2'));
  });

  it('refuses by the checks and rules of the contract, naming field and reason', () => {
    expect(faultsOf({ id: '1', data: level })).toBe('taken');
    expect(faultsOf({ id: '1', data: { ...level, onHand: 'many' } })).toEqual([['onHand', 'wrong-type']]);
    expect(faultsOf({ id: '1', data: { ...level, onOrder: '-1' } })).toEqual([['onOrder', 'negative']]);
    expect(faultsOf({ id: '1', data: { ...level, extra: 1 } })).toEqual([['extra', 'unknown-field']]);
    expect(faultsOf({ id: '1', data: { ...level, asOf: '2026-01-03T00:00:01Z' } })).toEqual([['', 'time']]);
    expect(faultsOf({ id: '1', type: 'erp.invoice', data: level })).toEqual([['type', 'wrong-contract']]);
    expect(faultsOf({ id: '', data: level })).toEqual([['id', 'envelope']]);
    expect(faultsOf({ id: 'a\u0000', data: level })).toEqual([['id', 'envelope']]);
    expect(faultsOf({ id: '1', time: 'yesterday', data: level })).toEqual([['time', 'envelope']]);
    expect(faultsOf(null)).toEqual([['', 'wrong-type']]);
  });

  it('keeps a refused item as it came, digits and all', () => {
    const page = readPage('/stock', bytes('{"items":[{"id":"1","data":{"n":9007199254740993}}],"next":"1","more":false}'));
    const read = readItem(contracts.stockLevel, page.items[0], now);
    expect(isRefused(read) && read.raw.toString()).toBe('{"id":"1","data":{"n":9007199254740993}}');
  });
});
