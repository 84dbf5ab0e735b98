import { parseDecimal, formatDecimal } from './decimal.ts';
import type { Checked, Fault, Reason } from './reasons.ts';
import { isArray, isEnum, isLogical, isUnion, namedTypes, type LogicalNode, type RecordNode, type SchemaNode } from './schema-node.ts';
import { textFault } from './text-check.ts';
import { formatDay, formatMicros, parseDay, parseMicros } from './time-text.ts';

/** A JSON number whose digits were kept as text, as lossless parsers give it. */
export interface NumberText {
  readonly isLosslessNumber: true;
  readonly value: string;
}

type Reader = (json: unknown, field: string, faults: Fault[]) => unknown;
type Writer = (value: unknown) => unknown;

/**
 * Compiles a strict reader of a contract's JSON form: decimals and 64-bit integers as text or number (digits kept when the parser is
 * lossless), times as ISO 8601 text with an offset, days as `YYYY-MM-DD`, enums by symbol. A missing field takes the schema's default;
 * unknown fields, wrong types and bad texts are faults that name the field.
 */
export function compileJsonReader<T>(schema: SchemaNode): (json: unknown) => Checked<T> {
  const read = reader(schema, namedTypes(schema));
  return (json) => {
    const faults: Fault[] = [];
    const value = read(json, '', faults) as T;
    return faults.length === 0 ? { ok: true, value } : { ok: false, faults };
  };
}

/** Compiles the inverse of {@link compileJsonReader}: decimals and 64-bit integers become text, times ISO 8601. */
export function compileJsonWriter<T>(schema: SchemaNode): (value: T) => unknown {
  return writer(schema, namedTypes(schema)) as (value: T) => unknown;
}

const refuse = (faults: Fault[], field: string, reason: Reason, detail: string): undefined => {
  faults.push({ field, reason, detail });
  return undefined;
};

const numberText = (json: unknown): string | undefined => {
  if (typeof json === 'number') return String(json);
  if (typeof json === 'object' && json !== null && (json as Partial<NumberText>).isLosslessNumber === true)
    return (json as NumberText).value;
  return undefined;
};

const kindOf = (json: unknown): string => {
  if (json === null) return 'null';
  if (Array.isArray(json)) return 'an array';
  if (numberText(json) !== undefined) return 'a number';
  return `${typeof json === 'object' ? 'an' : 'a'} ${typeof json}`;
};

function reader(node: SchemaNode, types: Map<string, SchemaNode>): Reader {
  if (node === 'string') return readText;
  if (node === 'boolean')
    return (json, field, faults) =>
      typeof json === 'boolean' ? json : refuse(faults, field, 'wrong-type', `is ${kindOf(json)}, must be true or false`);
  if (node === 'int') return (json, field, faults) => readInteger(json, field, faults, -2147483648n, 2147483647n, Number);
  if (node === 'long') return (json, field, faults) => readInteger(json, field, faults, -(2n ** 63n), 2n ** 63n - 1n, (value) => value);
  if (node === 'double') return readDouble;
  if (typeof node === 'string') {
    const named = types.get(node);
    if (named === undefined) throw new TypeError(`contracts use no Avro type ${node}`);
    return reader(named, types);
  }
  if (isUnion(node)) {
    const branch = node.find((candidate) => candidate !== 'null');
    if (branch === undefined) throw new TypeError('a union needs a branch besides null');
    const read = reader(branch, types);
    return (json, field, faults) => (json === null || json === undefined ? null : read(json, field, faults));
  }
  if (isLogical(node)) return logicalReader(node);
  if (isEnum(node)) {
    const symbols = new Set(node.symbols);
    return (json, field, faults) => {
      if (typeof json !== 'string')
        return refuse(faults, field, 'wrong-type', `is ${kindOf(json)}, must be one of ${node.symbols.join(', ')}`);
      return symbols.has(json)
        ? json
        : refuse(faults, field, 'unknown-enum', `is ${JSON.stringify(json.slice(0, 40))}, must be one of ${node.symbols.join(', ')}`);
    };
  }
  if (isArray(node)) {
    const read = reader(node.items, types);
    return (json, field, faults) => {
      if (!Array.isArray(json)) return refuse(faults, field, 'wrong-type', `is ${kindOf(json)}, must be an array`);
      if (json.length > node.maxItems) return refuse(faults, field, 'limit', `${json.length} items, at most ${node.maxItems}`);
      return json.map((item, index) => read(item, `${field}[${index}]`, faults));
    };
  }
  return recordReader(node as RecordNode, types);
}

function recordReader(node: RecordNode, types: Map<string, SchemaNode>): Reader {
  const fields = node.fields.map((field) => ({
    name: field.name,
    hasDefault: field.default !== undefined,
    default: field.default,
    read: reader(field.type, types),
  }));
  const names = new Set(fields.map((field) => field.name));
  return (json, at, faults) => {
    if (typeof json !== 'object' || json === null || Array.isArray(json) || numberText(json) !== undefined)
      return refuse(faults, at, 'wrong-type', `is ${kindOf(json)}, must be an object`);
    const input = json as Record<string, unknown>;
    const path = (name: string) => (at === '' ? name : `${at}.${name}`);
    for (const name of Object.keys(input))
      if (!names.has(name)) refuse(faults, path(name.slice(0, 60)), 'unknown-field', `${node.name} has no such field`);
    const value: Record<string, unknown> = {};
    for (const field of fields) {
      if (Object.hasOwn(input, field.name) && input[field.name] !== undefined)
        value[field.name] = field.read(input[field.name], path(field.name), faults);
      else if (field.hasDefault) value[field.name] = Array.isArray(field.default) ? [] : field.default;
      else refuse(faults, path(field.name), 'missing-field', 'is required');
    }
    return value;
  };
}

const readText: Reader = (json, field, faults) => {
  if (typeof json !== 'string') return refuse(faults, field, 'wrong-type', `is ${kindOf(json)}, must be text`);
  const fault = textFault(json, false);
  return fault ? refuse(faults, field, fault.reason, fault.detail) : json;
};

const readDouble: Reader = (json, field, faults) => {
  const text = numberText(json);
  const value = text === undefined ? Number.NaN : Number(text);
  return Number.isFinite(value)
    ? value
    : refuse(faults, field, text === undefined ? 'wrong-type' : 'range', `is ${kindOf(json)}, must be a finite number`);
};

function readInteger(
  json: unknown,
  field: string,
  faults: Fault[],
  low: bigint,
  high: bigint,
  convert: (value: bigint) => unknown,
): unknown {
  const text = typeof json === 'string' ? json : numberText(json);
  if (text === undefined || !/^-?\d{1,20}$/.test(text))
    return refuse(faults, field, 'wrong-type', `is ${kindOf(json)}, must be an integer`);
  // A plain JSON.parse has already lost digits beyond 2^53: refuse rather than store another id.
  if (typeof json === 'number' && !Number.isSafeInteger(json)) return refuse(faults, field, 'range', 'is beyond 2^53: send it as text');
  const value = BigInt(text);
  return value < low || value > high ? refuse(faults, field, 'range', `is outside ${low}..${high}`) : convert(value);
}

function logicalReader(node: LogicalNode): Reader {
  if (node.logicalType === 'decimal') {
    const scale = node.scale ?? 0;
    const limit = 10n ** BigInt(node.precision ?? 24);
    return (json, field, faults) => {
      const text = typeof json === 'string' ? json : numberText(json);
      if (text === undefined) return refuse(faults, field, 'wrong-type', `is ${kindOf(json)}, must be a decimal`);
      const value = parseDecimal(text, scale);
      if (value === undefined)
        return refuse(faults, field, /^-?\d/.test(text) ? 'scale' : 'wrong-type', `must be a decimal of at most ${scale} places`);
      return value < limit && value > -limit ? value : refuse(faults, field, 'range', `has more than ${node.precision ?? 24} digits`);
    };
  }
  const parse = node.logicalType === 'date' ? parseDay : parseMicros;
  const form = node.logicalType === 'date' ? 'YYYY-MM-DD' : 'ISO 8601 with an offset, as 2026-03-01T09:30:00+01:00';
  return (json, field, faults) => {
    if (typeof json !== 'string') return refuse(faults, field, 'wrong-type', `is ${kindOf(json)}, must be text: ${form}`);
    return parse(json) ?? refuse(faults, field, 'time', `must be ${form}`);
  };
}

function writer(node: SchemaNode, types: Map<string, SchemaNode>): Writer {
  if (node === 'long') return (value) => (value as bigint).toString();
  if (typeof node === 'string') {
    const named = types.get(node);
    return named === undefined ? (value) => value : writer(named, types);
  }
  if (isUnion(node)) {
    const branch = node.find((candidate) => candidate !== 'null') ?? 'null';
    const write = writer(branch, types);
    return (value) => (value === null ? null : write(value));
  }
  if (isLogical(node)) {
    if (node.logicalType === 'decimal') return (value) => formatDecimal(value as bigint, node.scale ?? 0);
    return node.logicalType === 'date' ? (value) => formatDay(value as number) : (value) => formatMicros(value as number);
  }
  if (isEnum(node)) return (value) => value;
  if (isArray(node)) {
    const write = writer(node.items, types);
    return (value) => (value as unknown[]).map(write);
  }
  const fields = (node as RecordNode).fields.map((field) => ({ name: field.name, write: writer(field.type, types) }));
  return (value) => Object.fromEntries(fields.map((field) => [field.name, field.write((value as Record<string, unknown>)[field.name])]));
}
