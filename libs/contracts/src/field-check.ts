import type { Fault } from './reasons.ts';
import { isArray, isEnum, isLogical, isRecord, isUnion, namedTypes, type SchemaNode } from './schema-node.ts';
import { textFault } from './text-check.ts';

type Check = (value: unknown, field: string, faults: Fault[]) => void;

/**
 * Compiles the checks that Avro decoding leaves out: int range (avsc lets 2^40 through), text without control characters, valid UTF-8,
 * array limits. Only fields that can be wrong get a check.
 * @returns a function that lists the faults of a decoded record; an empty list means that it may be used.
 */
export function compileFieldCheck(schema: SchemaNode): (value: unknown) => Fault[] {
  const check = compile(schema, namedTypes(schema));
  return (value) => {
    const faults: Fault[] = [];
    check?.(value, '', faults);
    return faults;
  };
}

function compile(node: SchemaNode, types: Map<string, SchemaNode>): Check | undefined {
  if (node === 'string') return checkText;
  if (node === 'int') return checkInt;
  if (node === 'double') return checkDouble;
  if (typeof node === 'string') {
    const named = types.get(node);
    return named === undefined ? undefined : compile(named, types);
  }
  if (isUnion(node)) {
    const branch = node.find((candidate) => candidate !== 'null');
    const check = branch === undefined ? undefined : compile(branch, types);
    return check && ((value, field, faults) => (value === null ? undefined : check(value, field, faults)));
  }
  if (isLogical(node)) return node.logicalType === 'date' ? checkInt : undefined;
  if (isEnum(node)) return undefined;
  if (isArray(node)) return arrayCheck(node.maxItems, compile(node.items, types));
  if (isRecord(node)) {
    const checks = node.fields.flatMap((field) => {
      const check = compile(field.type, types);
      return check ? [{ name: field.name, check }] : [];
    });
    return (value, field, faults) => {
      const record = value as Record<string, unknown>;
      for (const { name, check } of checks) check(record[name], field === '' ? name : `${field}.${name}`, faults);
    };
  }
  return undefined;
}

const checkText: Check = (value, field, faults) => {
  const fault = textFault(value as string, true);
  if (fault) faults.push({ field, ...fault });
};

const checkInt: Check = (value, field, faults) => {
  if ((value as number) !== ((value as number) | 0))
    faults.push({ field, reason: 'range', detail: `${String(value)} is no 32-bit integer` });
};

const checkDouble: Check = (value, field, faults) => {
  if (!Number.isFinite(value)) faults.push({ field, reason: 'range', detail: `${String(value)} is no finite number` });
};

function arrayCheck(maxItems: number, item: Check | undefined): Check {
  return (value, field, faults) => {
    const items = value as unknown[];
    if (items.length > maxItems) faults.push({ field, reason: 'limit', detail: `${items.length} items, at most ${maxItems}` });
    else if (item) items.forEach((element, index) => item(element, `${field}[${index}]`, faults));
  };
}
