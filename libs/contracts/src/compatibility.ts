import type { SchemaVersion } from './contract.ts';
import { isArray, isEnum, isLogical, isRecord, isUnion, type FieldNode, type SchemaNode } from './schema-node.ts';

/** Why records of one version cannot be read by another. */
export interface Verdict {
  /** Version that reads. */
  readonly reader: number;
  /** Version that was written. */
  readonly writer: number;
  /** Path of the field: `lines[].quantity`; empty for the record itself. */
  readonly field: string;
  readonly detail: string;
  /** All of it in one sentence. */
  readonly message: string;
}

/**
 * FULL_TRANSITIVE: every version must read every other one, older and newer (Avro 1.12, "Schema Resolution"). Stricter than Avro in two
 * points: no type is promoted (int to long, long to double, string to bytes), so that money and ids keep every digit, and a list limit is
 * never lowered.
 * @returns what is wrong, by version and field; an empty list means compatible.
 */
export function checkCompatibility(versions: readonly SchemaVersion[]): Verdict[] {
  return versions.flatMap((reader) =>
    versions.flatMap((writer) =>
      reader === writer
        ? []
        : compare(reader.schema, writer.schema, '').map(({ field, detail }) => ({
            reader: reader.version,
            writer: writer.version,
            field,
            detail,
            message: `v${reader.version} cannot read v${writer.version}: ${field === '' ? 'the record' : `field ${field}`} ${detail}`,
          })),
    ),
  );
}

interface Difference {
  readonly field: string;
  readonly detail: string;
}

function compare(reader: SchemaNode, writer: SchemaNode, at: string): Difference[] {
  const differ = (detail: string): Difference[] => [{ field: at, detail }];
  if (isUnion(reader) || isUnion(writer)) return compareUnions(branches(reader), branches(writer), at);
  if (isRecord(reader) && isRecord(writer)) {
    if (reader.name !== writer.name) return differ(`is the record ${writer.name} there and ${reader.name} here`);
    const written = new Map(writer.fields.map((field) => [field.name, field]));
    return reader.fields.flatMap((field) => compareField(field, written.get(field.name), at === '' ? field.name : `${at}.${field.name}`));
  }
  if (isEnum(reader) && isEnum(writer)) {
    if (reader.name !== writer.name) return differ(`is the enum ${writer.name} there and ${reader.name} here`);
    const unknown = writer.symbols.filter((symbol) => !reader.symbols.includes(symbol));
    if (unknown.length === 0 || reader.default !== undefined) return [];
    return differ(`may hold ${unknown.join(', ')}, and there is no default to read that as`);
  }
  if (isArray(reader) && isArray(writer)) {
    const limit = reader.maxItems < writer.maxItems ? differ(`may hold ${writer.maxItems} items there and ${reader.maxItems} here`) : [];
    return [...limit, ...compare(reader.items, writer.items, `${at}[]`)];
  }
  const [left, right] = [describe(reader), describe(writer)];
  return left === right ? [] : differ(`is ${right} there and ${left} here`);
}

function compareField(field: FieldNode, written: FieldNode | undefined, at: string): Difference[] {
  if (written !== undefined) return compare(field.type, written.type, at);
  return field.default === undefined ? [{ field: at, detail: 'is not there and has no default' }] : [];
}

const branches = (node: SchemaNode): readonly SchemaNode[] => (isUnion(node) ? node : [node]);

/** Every branch that was written needs one that reads it; the fault of the nearest branch is the one to show. */
function compareUnions(reader: readonly SchemaNode[], writer: readonly SchemaNode[], at: string): Difference[] {
  return writer.flatMap((branch) => {
    const tried = reader.map((candidate) => compare(candidate, branch, at));
    if (tried.some((differences) => differences.length === 0)) return [];
    const sameKind = reader.findIndex((candidate) => kind(candidate) === kind(branch));
    return tried[sameKind] ?? [{ field: at, detail: `may be ${describe(branch)} there and never here` }];
  });
}

const kind = (node: SchemaNode): string => (typeof node === 'object' && 'type' in node ? node.type : String(node));

function describe(node: SchemaNode): string {
  if (isLogical(node)) {
    return node.logicalType === 'decimal' ? `decimal(${node.precision ?? 0}, ${node.scale ?? 0}) in ${node.type}` : node.logicalType;
  }
  if (isArray(node)) return 'an array';
  if (isEnum(node)) return `the enum ${node.name}`;
  if (isRecord(node)) return `the record ${node.name}`;
  // A foreign schema may hold what our contracts never do, as {"type": "string", "avro.java.string": "String"} or a fixed.
  if (typeof node === 'object' && !Array.isArray(node)) return String((node as { type?: unknown }).type);
  return String(node);
}
