import { isArray, isEnum, isLogical, isRecord, isUnion, type FieldNode, type SchemaNode } from './schema-node.ts';

/** Deepest nesting of a contract. */
const MAX_DEPTH = 20;
const PRIMITIVES = new Set(['null', 'boolean', 'int', 'long', 'double', 'string']);
const ENUM_DEFAULT = 'UNKNOWN';

/** Names under which personal data hides, and the tag such a field must carry. */
const PERSONAL: readonly (readonly [RegExp, string])[] = [
  [/e-?mail/i, 'email'],
  [/phone|mobile/i, 'phone'],
  [/loyalty|taxId|passport|iban/i, 'identifier'],
  [/birth/i, 'birth-date'],
  [/^(first|last|full|family|given)name$/i, 'name'],
];
const CONTACT = /e-?mail|phone/i;
/** The kinds of personal data. */
const TAGS = new Set(['identifier', 'email', 'phone', 'name', 'address', 'birth-date', 'free-text']);

/**
 * House rules of a contract that Avro does not know: documentation everywhere, a limit on every list, a default on every enum, known types only
 * (no floats, maps, fixed, zero-width items, recursion), personal data tagged. @returns what is wrong, by field.
 */
export function lintSchema(schema: SchemaNode): string[] {
  const faults: string[] = [];
  if (!isRecord(schema)) return ['the root must be a record'];
  if (schema.namespace === undefined) faults.push('the record has no namespace');
  visit(schema, '', 1, new Set(), faults);
  return faults;
}

function visit(node: SchemaNode, at: string, depth: number, open: ReadonlySet<string>, faults: string[]): void {
  const fault = (text: string): void => void faults.push(`${at === '' ? 'the record' : `field ${at}`} ${text}`);
  if (depth > MAX_DEPTH) return fault(`is nested deeper than ${MAX_DEPTH} levels`);
  if (typeof node === 'string') {
    if (open.has(node)) fault(`holds itself again through ${node}`);
    else if (!PRIMITIVES.has(node) && !/^[A-Z]\w*$/.test(node)) fault(`has the type ${node}, which contracts do not use`);
    return;
  }
  if (isUnion(node)) {
    if (node.length !== 2 || node[0] !== 'null') fault('is a union other than ["null", type]');
    for (const branch of node) if (branch !== 'null') visit(branch, at, depth + 1, open, faults);
    return;
  }
  if (isLogical(node)) {
    const scale = node.scale ?? -1;
    if (node.logicalType === 'decimal' && (node.precision === undefined || scale < 0 || scale > node.precision))
      fault('is a decimal without precision and scale');
    return;
  }
  if (isEnum(node)) {
    if (!node.doc) fault('is an enum without doc');
    if (node.default !== ENUM_DEFAULT || !node.symbols.includes(ENUM_DEFAULT)) fault(`is an enum without the default ${ENUM_DEFAULT}`);
    return;
  }
  if (isArray(node)) {
    if (!Number.isInteger(node.maxItems) || node.maxItems < 1) fault('is an array without maxItems');
    if (node.items === 'null' || (isRecord(node.items) && node.items.fields.length === 0)) fault('is an array of items without width');
    return visit(node.items, `${at}[]`, depth + 1, open, faults);
  }
  if (!isRecord(node)) return fault(`has the type ${String((node as { type?: unknown }).type)}, which contracts do not use`);
  if (!node.doc) fault('is a record without doc');
  const inside = new Set([...open, node.name]);
  // A name beside an e-mail address or phone number is a person's; elsewhere it may be a product's.
  const ofPerson = node.fields.some(({ name }) => CONTACT.test(name));
  for (const field of node.fields) {
    if (ofPerson && field.name === 'name' && field.pii === undefined) fault('has a field name of a person without a tag of personal data');
  }
  for (const field of node.fields) visitField(field, at === '' ? field.name : `${at}.${field.name}`, depth + 1, inside, faults);
}

function visitField(field: FieldNode, at: string, depth: number, open: ReadonlySet<string>, faults: string[]): void {
  if (!field.doc?.endsWith('.')) faults.push(`field ${at} has no doc that ends with a full stop`);
  if (!/^[a-z][A-Za-z0-9]*$/.test(field.name)) faults.push(`field ${at} is not in camelCase`);
  if (isUnion(field.type) && field.default !== null) faults.push(`field ${at} may be null and has no default null`);
  if (field.pii !== undefined && !TAGS.has(field.pii)) faults.push(`field ${at} has the unknown tag ${field.pii}`);
  const personal = PERSONAL.find(([pattern]) => pattern.test(field.name));
  if (personal !== undefined && field.pii === undefined) faults.push(`field ${at} needs a tag of personal data, such as ${personal[1]}`);
  visit(field.type, at, depth, open, faults);
}
