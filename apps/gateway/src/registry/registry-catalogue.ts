import { allContracts, checkCompatibility, sameSchema, type AnyContract, type SchemaVersion } from '@tributary/contracts';
import { RegistryRefusal } from './registry-refusal.ts';

/** What `/subjects/{subject}/versions/{version}` answers. */
export interface RegisteredSchema {
  readonly subject: string;
  readonly id: number;
  readonly version: number;
  /** The schema as JSON text, as Confluent's API wants it. */
  readonly schema: string;
}

/** Where a schema id is used. */
export interface SchemaUse {
  readonly subject: string;
  readonly version: number;
}

const bySubject = new Map(allContracts.map((contract) => [contract.subject, contract]));
const uses = new Map<number, { contract: AnyContract; version: SchemaVersion }>(
  allContracts.flatMap((contract) => contract.versions.map((version) => [version.id, { contract, version }])),
);

/** All subjects, in order, those with a prefix if one is given. */
export const subjects = (prefix = ''): string[] => [...bySubject.keys()].filter((subject) => subject.startsWith(prefix)).sort();

/** Numbers of all versions of a subject. */
export const versionsOf = (subject: string): number[] => contractOf(subject).versions.map(({ version }) => version);

/** One version of a subject; `latest` and -1 are the newest. */
export function schemaOf(subject: string, version: string): RegisteredSchema {
  return registered(subject, versionOf(contractOf(subject), version));
}

/** A schema by its id. */
export function schemaById(id: string): RegisteredSchema {
  const use = /^\d{1,10}$/.test(id) ? uses.get(Number(id)) : undefined;
  if (use === undefined) throw new RegistryRefusal(404, 40403, `Schema ${id.slice(0, 20)} not found.`);
  return registered(use.contract.subject, use.version);
}

/** Where an id is used. */
export function usesOf(id: string): SchemaUse[] {
  const { subject, version } = schemaById(id);
  return [{ subject, version }];
}

/** The version of a subject that has this very schema. */
export function findSchema(subject: string, schemaText: unknown): RegisteredSchema {
  const contract = contractOf(subject);
  const schema = parseSchema(schemaText);
  const found = contract.versions.find((version) => sameSchema(version.schema, schema));
  if (found === undefined) throw new RegistryRefusal(404, 40403, 'Schema not found.');
  return registered(subject, found);
}

/**
 * Whether a schema could be the next version of a subject: FULL_TRANSITIVE against one version, or against all of them.
 * @returns what forbids it, by field; empty when it could.
 */
export function compatibilityFaults(subject: string, schemaText: unknown, against?: string): string[] {
  const contract = contractOf(subject);
  const schema = parseSchema(schemaText);
  const earlier = against === undefined ? contract.versions : [versionOf(contract, against)];
  const candidate = { version: contract.latest.version + 1, id: 0, schema } as SchemaVersion;
  return checkCompatibility([...earlier, candidate])
    .filter(({ reader, writer }) => reader === candidate.version || writer === candidate.version)
    .map(({ message }) => message);
}

const registered = (subject: string, { id, version, schema }: SchemaVersion): RegisteredSchema => ({
  subject,
  id,
  version,
  schema: JSON.stringify(schema),
});

function contractOf(subject: string): AnyContract {
  const contract = bySubject.get(subject);
  if (contract === undefined) throw new RegistryRefusal(404, 40401, `Subject '${subject.slice(0, 100)}' not found.`);
  return contract;
}

function versionOf(contract: AnyContract, text: string): SchemaVersion {
  if (text === 'latest' || text === '-1') return contract.latest;
  if (!/^[1-9]\d{0,8}$/.test(text))
    throw new RegistryRefusal(422, 42202, `The specified version '${text.slice(0, 20)}' is not a valid version id.`);
  const found = contract.versions.find(({ version }) => version === Number(text));
  if (found === undefined) throw new RegistryRefusal(404, 40402, `Version ${text} not found.`);
  return found;
}

function parseSchema(text: unknown): unknown {
  if (typeof text !== 'string') throw new RegistryRefusal(422, 42201, 'Invalid schema: the body must be {"schema": "…"}');
  try {
    return JSON.parse(text) as unknown;
  } catch {
    throw new RegistryRefusal(422, 42201, 'Invalid schema: it is no JSON');
  }
}
