/** The parts of an Avro schema that our contracts use. */
export type SchemaNode = string | readonly SchemaNode[] | RecordNode | EnumNode | ArrayNode | LogicalNode;

export interface RecordNode {
  readonly type: 'record';
  readonly name: string;
  readonly namespace?: string;
  readonly doc?: string;
  readonly fields: readonly FieldNode[];
}

export interface FieldNode {
  readonly name: string;
  readonly type: SchemaNode;
  readonly doc?: string;
  readonly default?: unknown;
  /** Kind of personal data the field holds, when it does. */
  readonly pii?: string;
}

export interface EnumNode {
  readonly type: 'enum';
  readonly name: string;
  readonly doc?: string;
  readonly symbols: readonly string[];
  readonly default?: string;
}

export interface ArrayNode {
  readonly type: 'array';
  readonly items: SchemaNode;
  /** Most items an event may carry; longer ones are refused with reason `limit`. */
  readonly maxItems: number;
}

export interface LogicalNode {
  readonly type: 'bytes' | 'long' | 'int';
  readonly logicalType: 'decimal' | 'timestamp-micros' | 'date';
  readonly precision?: number;
  readonly scale?: number;
}

export const isRecord = (node: SchemaNode): node is RecordNode => typeof node === 'object' && 'type' in node && node.type === 'record';
export const isEnum = (node: SchemaNode): node is EnumNode => typeof node === 'object' && 'type' in node && node.type === 'enum';
export const isArray = (node: SchemaNode): node is ArrayNode => typeof node === 'object' && 'type' in node && node.type === 'array';
export const isLogical = (node: SchemaNode): node is LogicalNode => typeof node === 'object' && 'logicalType' in node;
export const isUnion = (node: SchemaNode): node is readonly SchemaNode[] => Array.isArray(node);

/** Every named type of a schema by its short name. */
export function namedTypes(node: SchemaNode, found = new Map<string, SchemaNode>()): Map<string, SchemaNode> {
  if (isUnion(node)) node.forEach((branch) => namedTypes(branch, found));
  else if (isArray(node)) namedTypes(node.items, found);
  else if (isEnum(node)) found.set(node.name, node);
  else if (isRecord(node)) {
    found.set(node.name, node);
    node.fields.forEach((field) => namedTypes(field.type, found));
  }
  return found;
}
