import avro from 'avsc';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { logicalTypes } from './avro-types.ts';
import { allContracts } from './catalogue.ts';
import { checkCompatibility } from './compatibility.ts';
import { sameSchema } from './same-schema.ts';
import type { SchemaNode } from './schema-node.ts';

const decimal = (precision: number, scale: number) => ({ type: 'bytes', logicalType: 'decimal', precision, scale });
const field = (name: string, type: unknown, more: object = {}) => ({ name, type, ...more });
const record = (...fields: object[]): SchemaNode => ({ type: 'record', name: 'Order', namespace: 'test', fields }) as never;
const versions = (...schemas: SchemaNode[]) => schemas.map((schema, index) => ({ version: index + 1, id: index + 1, schema }));
const messages = (...schemas: SchemaNode[]) => checkCompatibility(versions(...schemas)).map(({ message }) => message);
const symbols = (names: string[], fallback?: string) => ({
  type: 'enum',
  name: 'Status',
  symbols: names,
  ...(fallback === undefined ? {} : { default: fallback }),
});
const list = (items: unknown, maxItems: number) => ({ type: 'array', items, maxItems });
const line = (...fields: object[]) => ({ type: 'record', name: 'Line', fields });

describe('checkCompatibility', () => {
  it.each(allContracts.map((contract) => [contract.name, contract] as const))('passes every released version of %s', (_name, contract) => {
    expect(checkCompatibility(contract.versions)).toEqual([]);
  });

  const id = field('id', 'string');
  it.each([
    ['a new field with a default', record(id, field('note', ['null', 'string'], { default: null })), []],
    ['a field moved and documented', record(field('total', decimal(24, 4)), { ...id, doc: 'Id.', pii: 'identifier' }), []],
    [
      'a new field without a default',
      record(id, field('note', 'string')),
      ['v2 cannot read v1: field note is not there and has no default'],
    ],
    ['a field dropped that had no default', record(), ['v1 cannot read v2: field id is not there and has no default']],
    [
      'a field renamed',
      record(field('orderId', 'string')),
      ['v1 cannot read v2: field id is not there and has no default', 'v2 cannot read v1: field orderId is not there and has no default'],
    ],
    [
      'text as bytes, which Avro would promote',
      record(field('id', 'bytes')),
      ['v1 cannot read v2: field id is bytes there and string here', 'v2 cannot read v1: field id is string there and bytes here'],
    ],
    [
      'text that may be missing',
      record(field('id', ['null', 'string'], { default: null })),
      ['v1 cannot read v2: field id may be null there and never here'],
    ],
  ])('judges %s', (_name, next, expected) => {
    const first = _name === 'a field moved and documented' ? record(id, field('total', decimal(24, 4))) : record(id);
    expect(messages(first, next)).toEqual(expected);
  });

  it.each([
    ['int', 'long', 'long', 'int'],
    ['long', 'double', 'double', 'long'],
    [decimal(24, 4), decimal(24, 2), 'decimal(24, 2) in bytes', 'decimal(24, 4) in bytes'],
    [decimal(24, 4), 'double', 'double', 'decimal(24, 4) in bytes'],
    ['long', { type: 'long', logicalType: 'timestamp-micros' }, 'timestamp-micros', 'long'],
  ])('never promotes %j to %j', (before, after, there, here) => {
    const [first, second] = [
      record(field('lines', list(line(field('amount', before)), 5))),
      record(field('lines', list(line(field('amount', after)), 5))),
    ];
    expect(messages(first, second)).toEqual([
      `v1 cannot read v2: field lines[].amount is ${there} there and ${here} here`,
      `v2 cannot read v1: field lines[].amount is ${here} there and ${there} here`,
    ]);
  });

  it('lets enums grow only with a default, and lists never shrink', () => {
    expect(
      messages(record(field('s', symbols(['UNKNOWN', 'A'], 'UNKNOWN'))), record(field('s', symbols(['UNKNOWN', 'A', 'B'], 'UNKNOWN')))),
    ).toEqual([]);
    expect(messages(record(field('s', symbols(['A']))), record(field('s', symbols(['A', 'B']))))).toEqual([
      'v1 cannot read v2: field s may hold B, and there is no default to read that as',
    ]);
    expect(messages(record(field('l', list('string', 5))), record(field('l', list('string', 4))))).toEqual([
      'v2 cannot read v1: field l may hold 5 items there and 4 here',
    ]);
  });

  it('checks every pair, not only neighbours', () => {
    const withNote = record(id, field('note', ['null', 'string'], { default: null }));
    const again = record(id, field('note', ['null', 'long'], { default: null }));
    expect(messages(withNote, record(id), again)).toEqual([
      'v1 cannot read v3: field note may be long there and never here',
      'v3 cannot read v1: field note may be string there and never here',
    ]);
  });

  it('passes nothing that the Avro library could not resolve', () => {
    const type = fc.constantFrom<unknown>(
      'string',
      'long',
      'int',
      'double',
      decimal(24, 4),
      decimal(24, 2),
      ['null', 'string'],
      ['null', 'long'],
      symbols(['UNKNOWN', 'A'], 'UNKNOWN'),
      symbols(['UNKNOWN', 'B'], 'UNKNOWN'),
      symbols(['A']),
      list('string', 3),
      list('string', 4),
      list('long', 3),
    );
    const schema = fc
      .uniqueArray(fc.tuple(fc.constantFrom('a', 'b', 'c'), type), { selector: ([name]) => name, minLength: 1, maxLength: 3 })
      .map((fields) => {
        // A named type stands once in a schema.
        const named = fields.filter(
          ([, node], at) => !(node as { name?: string }).name || fields.findIndex(([, other]) => (other as { name?: string }).name) === at,
        );
        return record(...named.map(([name, node]) => field(name, node, Array.isArray(node) ? { default: null } : {})));
      });
    const parse = (node: SchemaNode) => avro.Type.forSchema(node as never, { logicalTypes, registry: {}, wrapUnions: 'never' } as never);
    fc.assert(
      fc.property(schema, schema, (first, second) => {
        fc.pre(messages(first, second).length === 0);
        expect(() => parse(first).createResolver(parse(second))).not.toThrow();
        expect(() => parse(second).createResolver(parse(first))).not.toThrow();
      }),
      { numRuns: 60, maxSkipsPerRun: 2000 },
    );
  });
});

describe('sameSchema', () => {
  it('looks past documentation, order of attributes and our annotations', () => {
    const first = { type: 'record', name: 'A', namespace: 'n', doc: 'x', fields: [{ name: 'f', type: { type: 'string' }, pii: 'name' }] };
    const second = { fields: [{ type: 'string', name: 'f', doc: 'y' }], name: 'n.A', type: 'record' };
    expect(sameSchema(first, second)).toBe(true);
  });

  it.each([[{ name: 'f', type: 'bytes' }], [{ name: 'g', type: 'string' }], [{ name: 'f', type: 'string', default: '' }]])(
    'tells apart %j',
    (changed) => {
      const schema = (inner: object) => ({ type: 'record', name: 'A', fields: [inner] });
      expect(sameSchema(schema({ name: 'f', type: 'string' }), schema(changed))).toBe(false);
    },
  );
});
