// Golden fixtures: contracts/<name>/fixtures/v<N>-<case>.json (the JSON form) and .avro (the framed bytes as that version writes them). A fixture
// that exists is never touched again: it stands for the bytes that lie in topics. Run after a new version was added (`npm run codegen` first).
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { allContracts, defineContract, namedTypes, type Contract, type FieldNode, type SchemaNode } from '@tributary/contracts';

const root = join(new URL('..', import.meta.url).pathname, 'contracts');
let written = 0;

for (const contract of allContracts as unknown as readonly Contract<unknown>[]) {
  for (const version of contract.versions) {
    const writer = defineContract<unknown>({ ...contract, versions: [version] });
    const folder = join(root, contract.name, 'fixtures');
    mkdirSync(folder, { recursive: true });
    for (const full of [true, false]) {
      const file = join(folder, `v${version.version}-${full ? 'full' : 'sparse'}`);
      if (existsSync(`${file}.avro`)) continue;
      const given = existsSync(`${file}.json`)
        ? (JSON.parse(readFileSync(`${file}.json`, 'utf8')) as unknown)
        : sample(version.schema, full);
      const read = writer.fromJson(given);
      if (!read.ok) throw new Error(`${file}.json: ${JSON.stringify(read.faults)}`);
      writeFileSync(`${file}.json`, `${JSON.stringify(writer.toJson(read.value), null, 2)}\n`);
      writeFileSync(`${file}.avro`, writer.encode(read.value));
      written += 1;
    }
  }
}
process.stdout.write(`golden fixtures: ${written} written\n`);

/** A record that shows every field (`full`) or as few as it may (`sparse`), with the values that break codecs. */
function sample(schema: SchemaNode, full: boolean): unknown {
  const types = namedTypes(schema);
  const value = (node: SchemaNode, name: string): unknown => {
    if (typeof node === 'string') {
      const plain: Record<string, unknown> = {
        string: full ? `${name} é 愛 😀` : name,
        boolean: full,
        int: full ? 2147483647 : -1,
        double: 0.1,
      };
      if (node === 'long') return full ? '9223372036854775807' : '1';
      return node in plain ? plain[node] : value(types.get(node) ?? 'null', name);
    }
    if (Array.isArray(node))
      return full ? value((node as readonly SchemaNode[]).find((branch) => branch !== 'null') ?? 'null', name) : null;
    if ('logicalType' in node) {
      if (node.logicalType === 'date') return full ? '1969-12-31' : '2026-03-01';
      if (node.logicalType === 'timestamp-micros') return full ? '2026-03-29T00:59:59.999999Z' : '2000-01-01T00:00:00Z';
      const places = node.scale ?? 0;
      return full ? `${'9'.repeat((node.precision ?? 24) - places)}.${'9'.repeat(places)}` : `-0.${'1'.padStart(places, '0')}`;
    }
    if ('symbols' in node) return full ? node.symbols.at(-1) : node.default;
    if ('items' in node) return full ? [value(node.items, name), value(node.items, name)] : [];
    return Object.fromEntries(
      (node as { fields: readonly FieldNode[] }).fields.map((field) => [field.name, value(field.type, field.name)]),
    );
  };
  return value(schema, 'root');
}
