import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { allContracts } from './catalogue.ts';
import type { Contract } from './contract.ts';
import { frameSchemaId } from './wire-format.ts';

// contracts/<name>/fixtures: records as every released version writes them. The current code reads each, and writes the latest byte for byte.
const root = join(dirname(fileURLToPath(import.meta.url)), '../../../contracts');
const fixtures = (allContracts as unknown as Contract<unknown>[]).flatMap((contract) =>
  readdirSync(join(root, contract.name, 'fixtures'))
    .filter((file) => file.endsWith('.json'))
    .map((file) => ({ name: `${contract.name}/${file}`, contract, path: join(root, contract.name, 'fixtures', file.slice(0, -5)) })),
);

describe('golden fixtures', () => {
  it('has a full and a sparse record of every version', () => {
    const expected = allContracts.flatMap((contract) =>
      contract.versions.flatMap(({ version }) => ['full', 'sparse'].map((kind) => `${contract.name}/v${version}-${kind}.json`)),
    );
    expect(fixtures.map(({ name }) => name)).toEqual(expect.arrayContaining(expected));
  });

  it.each(fixtures)('$name', ({ name, contract, path }) => {
    const json = JSON.parse(readFileSync(`${path}.json`, 'utf8')) as object;
    const bytes = readFileSync(`${path}.avro`);
    const version = contract.versions.find((candidate) => candidate.id === frameSchemaId(bytes));
    expect(name).toContain(`/v${version?.version}-`);
    const read = contract.decode(bytes);
    if (!read.ok) throw new Error(JSON.stringify(read.faults));
    expect(contract.toJson(read.value)).toMatchObject(json);
    const again = contract.fromJson(json);
    if (!again.ok) throw new Error(JSON.stringify(again.faults));
    expect(again.value).toEqual(read.value);
    if (version === contract.latest) expect(contract.encode(again.value).equals(bytes)).toBe(true);
  });
});
