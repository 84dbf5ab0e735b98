import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { contractNamed } from '@tributary/contracts';
import { parse, stringify } from 'lossless-json';
import { openConnectors } from './connector-catalogue.ts';
import { numbersAsText } from './json-body.ts';

interface Fixture {
  readonly says: string;
  readonly headers: Record<string, string>;
  readonly body: unknown;
  readonly events: readonly { readonly id?: string; readonly type: string; readonly data: unknown }[];
}

// One runner for every vendor: <vendor>/fixtures/*.json hold a request and the events it must become.
const root = dirname(fileURLToPath(import.meta.url));
const connectors = openConnectors();
const fixtures = [...connectors.keys()].flatMap((vendor) =>
  readdirSync(join(root, vendor, 'fixtures')).map(
    (file) => [vendor, file, readFileSync(join(root, vendor, 'fixtures', file), 'utf8')] as const,
  ),
);

describe.each([...connectors.keys()])('connector %s', (vendor) => {
  it('has fixtures', () => {
    expect(fixtures.filter(([name]) => name === vendor)).not.toHaveLength(0);
  });
});

it.each(fixtures)('%s/fixtures/%s: payload in, events out', async (vendor, _file, text) => {
  const fixture = parse(text) as unknown as Fixture;
  const body = Buffer.from(stringify(fixture.body) ?? '', 'utf8');
  const reading = await connectors.get(vendor)?.read({ headers: fixture.headers, body });
  if (reading?.ok !== true) throw new Error(JSON.stringify(reading));
  const events = reading.events.map(({ id, type, data, faults }) => {
    const contract = contractNamed(type);
    if (contract === undefined || !('json' in data)) throw new Error(`${type} is no contract`);
    expect(faults).toEqual([]);
    const read = contract.fromJson(data.json);
    if (!read.ok) throw new Error(JSON.stringify(read.faults));
    expect(contract.rules?.(read.value) ?? []).toEqual([]);
    return { ...(id === undefined ? {} : { id }), type, data: contract.toJson(read.value) };
  });
  expect(numbersAsText(events)).toEqual(numbersAsText(fixture.events));
});
