import avro from 'avsc';
import type { Type } from 'avsc';
import { bigIntLong, logicalTypes } from './avro-types.ts';
import { boundArrayReads, TruncatedError } from './bounded-arrays.ts';
import { compileFieldCheck } from './field-check.ts';
import { compileJsonReader, compileJsonWriter } from './json-form.ts';
import type { Checked, Fault } from './reasons.ts';
import type { SchemaNode } from './schema-node.ts';
import { FRAME_LENGTH, frameSchemaId, writeFrame } from './wire-format.ts';

boundArrayReads();

/** One released version of a contract: its number, its registry id, its schema. */
export interface SchemaVersion {
  readonly version: number;
  readonly id: number;
  readonly schema: SchemaNode;
}

/** What is said about a contract beside its schema. `T` is the record's type. */
export interface ContractDefinition<T> {
  /** `<domain>.<entity>`, the folder under contracts/. */
  readonly name: string;
  readonly versions: readonly SchemaVersion[];
  /** Facts are written by the edges; derived events by exactly one app. */
  readonly role: 'fact' | 'derived';
  /** A snapshot carries a source version and the highest wins; an event happened once and never changes. */
  readonly shape: 'snapshot' | 'event';
  /**
   * What a record that cannot be applied means for the later ones of its key. `strict`: every one counts and in its order (money, stock,
   * differences, things that happened once), so later records of the key wait behind it. `latest`: a later record says everything the
   * failed one said, so they go on.
   */
  readonly ordering: 'strict' | 'latest';
  /** Topics that keep only the last record of a key. */
  readonly compacted?: boolean;
  /** The document or event at its source: unique for ever together with the source (and, for snapshots, the version). */
  readonly document: (value: T) => string;
  /** Version of a snapshot; 0 for events. */
  readonly version: (value: T) => bigint;
  /** What order must be kept for: the Kafka key. */
  readonly key: (value: T, source: string) => string;
  /** When it happened in the world, microseconds. */
  readonly time: (value: T) => number;
  /** Rules beyond the schema (sums, signs, currency, times); pure. */
  readonly rules?: (value: T) => Fault[];
}

/** A contract ready for use: codec, JSON form, rules. */
export interface Contract<T> extends ContractDefinition<T> {
  /** `<name>.v<major>`; the major is 1 until a breaking change. */
  readonly topic: string;
  /** Registry subject of the value, by the topic-name strategy. */
  readonly subject: string;
  /** Fully qualified record name. */
  readonly fullName: string;
  /** Latest version and its id: what is written. */
  readonly latest: SchemaVersion;
  /** Confluent frame + Avro body, by the latest version. Throws `TypeError` when the value does not fit the schema. */
  encode(value: T): Buffer;
  /** Reads a framed message written by any released version; faults instead of exceptions for bad bytes. */
  decode(bytes: Buffer): Checked<T>;
  /** Reads the strict JSON form. */
  fromJson(json: unknown): Checked<T>;
  /** Writes the JSON form. */
  toJson(value: T): unknown;
}

const options = { logicalTypes, registry: { long: bigIntLong }, wrapUnions: 'never' } as const;

const parse = (schema: SchemaNode): Type => avro.Type.forSchema(schema as never, { ...options, registry: { long: bigIntLong } } as never);

/** Builds a contract: parses every version and every resolver once, so that nothing is resolved per message. */
export function defineContract<T>(definition: ContractDefinition<T>): Contract<T> {
  const latest = definition.versions.at(-1);
  if (latest === undefined) throw new TypeError(`contract ${definition.name} has no version`);
  const type = parse(latest.schema);
  const resolvers = new Map(
    definition.versions.map(
      (version) => [version.id, version === latest ? undefined : type.createResolver(parse(version.schema))] as const,
    ),
  );
  const check = compileFieldCheck(latest.schema);
  const topic = `${definition.name}.v1`;

  const fault = (reason: Fault['reason'], detail: string): Checked<T> => ({ ok: false, faults: [{ field: '', reason, detail }] });

  return {
    ...definition,
    topic,
    subject: `${topic}-value`,
    fullName: String(type.name),
    latest,
    encode: (value) => frame(type, latest.id, value),
    decode(bytes) {
      const id = frameSchemaId(bytes);
      if (id === undefined) return fault('no-frame', 'not in Confluent wire format: byte 0, four bytes of schema id, Avro body');
      if (!resolvers.has(id)) return fault('unknown-schema', `schema id ${id} is no version of ${definition.name}`);
      let decoded: { value: T; offset: number };
      try {
        decoded = type.decode(bytes, FRAME_LENGTH, resolvers.get(id) as never) as { value: T; offset: number };
      } catch (error) {
        return fault(error instanceof TruncatedError ? 'truncated' : 'malformed', error instanceof Error ? error.message : String(error));
      }
      if (decoded.offset < 0) return fault('truncated', `body ends before the record does (${bytes.length} bytes)`);
      if (decoded.offset !== bytes.length) return fault('trailing', `${bytes.length - decoded.offset} bytes after the record`);
      const faults = check(decoded.value);
      return faults.length === 0 ? { ok: true, value: decoded.value } : { ok: false, faults };
    },
    fromJson: compileJsonReader<T>(latest.schema),
    toJson: compileJsonWriter<T>(latest.schema),
  };
}

/** Reused between calls: JavaScript runs one encode at a time and the result is copied out. */
let scratch = Buffer.allocUnsafe(64 * 1024);

function frame(type: Type, id: number, value: unknown): Buffer {
  let end = type.encode(value, scratch, FRAME_LENGTH) as unknown as number;
  if (end < 0) {
    scratch = Buffer.allocUnsafe(2 ** Math.ceil(Math.log2(scratch.length - end + FRAME_LENGTH)));
    end = type.encode(value, scratch, FRAME_LENGTH) as unknown as number;
  }
  writeFrame(scratch, id);
  return Buffer.from(scratch.subarray(0, end));
}
