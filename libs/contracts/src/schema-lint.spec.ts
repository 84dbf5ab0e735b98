import { describe, expect, it } from '@jest/globals';
import { allContracts } from './catalogue.ts';
import { lintSchema } from './schema-lint.ts';
import type { SchemaNode } from './schema-node.ts';

const withField = (field: object): SchemaNode =>
  ({
    type: 'record',
    name: 'Test',
    namespace: 'test',
    doc: 'A test.',
    fields: [{ name: 'a', doc: 'A.', type: 'string', ...field }],
  }) as never;

describe('lintSchema', () => {
  it.each(
    allContracts.flatMap((contract) => contract.versions.map((version) => [contract.name, version.version, version.schema] as const)),
  )('finds nothing in %s v%i', (_name, _version, schema) => {
    expect(lintSchema(schema)).toEqual([]);
  });

  it.each([
    [{ doc: undefined }, 'field a has no doc that ends with a full stop'],
    [{ doc: 'A' }, 'field a has no doc that ends with a full stop'],
    [{ name: 'a_b' }, 'field a_b is not in camelCase'],
    [{ type: 'float' }, 'field a has the type float, which contracts do not use'],
    [{ type: { type: 'map', values: 'string' } }, 'field a has the type map, which contracts do not use'],
    [{ type: { type: 'array', items: 'string' } }, 'field a is an array without maxItems'],
    [{ type: { type: 'array', items: 'null', maxItems: 9 } }, 'field a is an array of items without width'],
    [
      { type: { type: 'array', maxItems: 9, items: { type: 'record', name: 'Empty', doc: 'E.', fields: [] } } },
      'field a is an array of items without width',
    ],
    [{ type: { type: 'enum', name: 'E', doc: 'E.', symbols: ['A'] } }, 'field a is an enum without the default UNKNOWN'],
    [{ type: { type: 'enum', name: 'E', symbols: ['UNKNOWN'], default: 'UNKNOWN' } }, 'field a is an enum without doc'],
    [{ type: ['null', 'string'] }, 'field a may be null and has no default null'],
    [{ type: ['string', 'null'], default: null }, 'field a is a union other than ["null", type]'],
    [{ type: { type: 'bytes', logicalType: 'decimal' } }, 'field a is a decimal without precision and scale'],
    [{ type: ['null', 'Test'], default: null }, 'field a holds itself again through Test'],
    [{ name: 'email' }, 'field email needs a tag of personal data, such as email'],
    [{ name: 'email', pii: 'mail' }, 'field email has the unknown tag mail'],
  ])('finds %j', (field, fault) => {
    expect(lintSchema(withField(field))).toContain(fault);
  });

  it('knows the name of a person from the name of a thing', () => {
    const record = (other: string) =>
      ({
        type: 'record',
        name: 'T',
        namespace: 't',
        doc: 'T.',
        fields: [
          { name: 'name', type: 'string', doc: 'N.' },
          { name: other, type: 'string', doc: 'O.', pii: 'phone' },
        ],
      }) as never;
    expect([lintSchema(record('sku')), lintSchema(record('phone'))]).toEqual([
      [],
      ['the record has a field name of a person without a tag of personal data'],
    ]);
  });
});
