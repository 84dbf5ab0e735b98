import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { stringify } from 'lossless-json';
import { canonicalJson, numbersAsText, readJson } from './json-body.ts';

const bytes = (text: string): Buffer => Buffer.from(text, 'utf8');
const refusal = (body: Buffer) => {
  const read = readJson(body);
  return read.ok ? undefined : [read.faults[0]?.reason, read.faults[0]?.detail];
};
const deep = (levels: number): string => `${'['.repeat(levels)}1${']'.repeat(levels)}`;

describe('readJson', () => {
  it('reads what JSON.parse reads', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 4 }), (text) => {
        const read = readJson(bytes(text));
        fc.pre(read.ok || !/twice|__proto__/.test(read.faults[0]?.detail ?? ''));
        expect(read.ok && numbersAsText(read.value.value)).toEqual(numbersAsText(JSON.parse(text)));
      }),
      { numRuns: 300 },
    );
  });

  it('keeps every digit of long numbers', () => {
    const read = readJson(bytes('{"id":820982911946154508,"small":0.1234567890123456789,"huge":1e400}'));
    expect(read.ok && numbersAsText(read.value.value)).toEqual({ id: '820982911946154508', small: '0.1234567890123456789', huge: '1e400' });
  });

  it.each([
    ['100,000 levels', bytes(deep(100_000)), 'limit', 'nested deeper than 32 levels'],
    ['33 levels', bytes(deep(33)), 'limit', 'nested deeper than 32 levels'],
    ['a name twice', bytes('{"a":{"b":1,"b":2}}'), 'malformed', 'holds the name "b" twice in one object'],
    ['a name twice, once escaped', bytes('{"é":1,"\\u00e9":2}'), 'malformed', 'holds the name "é" twice in one object'],
    ['__proto__', bytes('{"__proto__":{"admin":true}}'), 'malformed', 'holds the name "__proto__"'],
    ['an open text', bytes('{"a":"b\\"'), 'malformed', 'ends inside a text'],
    ['an open object', bytes('{"a":1'), 'malformed', 'is no JSON: stops making sense at position 6'],
    ['two values', bytes('{} {}'), 'malformed', 'is no JSON: stops making sense at position 3'],
    ['NaN', bytes('NaN'), 'malformed', 'is no JSON: it ends too early or has a character out of place'],
    [
      'a long number and a comma too much',
      bytes('[12345678901234567890,]'),
      'malformed',
      expect.stringContaining('position 22') as unknown,
    ],
    ['nothing', bytes(''), 'malformed', 'the body is empty'],
    ['a byte order mark', Buffer.from([0xef, 0xbb, 0xbf, 0x7b, 0x7d]), 'malformed', 'starts with a byte order mark'],
    ['UTF-16', Buffer.from('{"a":1}', 'utf16le'), 'malformed', expect.anything()],
    ['Latin-1', Buffer.from('{"a":"é"}', 'latin1'), 'utf8', 'is not valid UTF-8'],
  ])('refuses %s', (_name, body, reason, detail) => {
    expect(refusal(body)).toEqual([reason, detail]);
  });

  it('reads 32 levels and the same name in two objects', () => {
    expect([refusal(bytes(deep(32))), refusal(bytes('[{"a":1},{"a":{"a":"a"}}]'))]).toEqual([undefined, undefined]);
  });

  it('says where each element of an array stands', () => {
    fc.assert(
      fc.property(fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 6 }), fc.constantFrom(0, 2), (items, indent) => {
        const body = bytes(JSON.stringify(items, null, indent));
        const read = readJson(body);
        fc.pre(read.ok);
        const elements = read.ok ? read.value.elements : undefined;
        expect(elements?.map(({ start, end }) => JSON.parse(body.toString('utf8', start, end)) as unknown)).toEqual(
          JSON.parse(body.toString('utf8')),
        );
      }),
      { numRuns: 200 },
    );
  });
});

describe('canonicalJson', () => {
  it('is the same for the same content in another order, spacing and through either parser', () => {
    const [left, right] = ['{"b":[1.50,"x"],"a":null}', '{ "a": null, "b": [ 1.5, "x" ] }'].map((text) => readJson(bytes(text)));
    const long = readJson(bytes('[{"a":null,"b":[1.50,"x"]},820982911946154508]'));
    const text = (read: typeof left) => canonicalJson(read?.ok === true ? read.value.value : undefined);
    expect(text(left)).toBe('{"a":null,"b":[1.5,"x"]}');
    expect(text(right)).toBe(text(left));
    expect(text(long)).toBe(`[${text(left)},820982911946154508]`);
  });

  it('differs for different content', () => {
    fc.assert(
      fc.property(fc.jsonValue({ maxDepth: 3 }), fc.jsonValue({ maxDepth: 3 }), (left, right) => {
        const same = (value: unknown): string => stringify(value, (_key, item: unknown) => (Object.is(item, -0) ? 0 : item)) ?? '';
        fc.pre(canonicalJson(left) === canonicalJson(right));
        expect(JSON.parse(same(left))).toEqual(JSON.parse(same(right)));
      }),
      { numRuns: 100, maxSkipsPerRun: 1000 },
    );
  });
});
