/**
 * Whether two schemas are the same to whoever reads and writes with them: equal but for documentation, the order of attributes, and our own
 * annotations (Avro 1.12, "Parsing Canonical Form", keeps the same attributes plus defaults).
 */
export function sameSchema(left: unknown, right: unknown): boolean {
  return canonical(left) === canonical(right);
}

const KEPT = ['type', 'name', 'fields', 'symbols', 'items', 'values', 'size', 'default', 'logicalType', 'precision', 'scale'] as const;

function canonical(node: unknown, namespace = ''): string {
  if (typeof node === 'string') return JSON.stringify(node);
  if (Array.isArray(node)) return `[${node.map((item) => canonical(item, namespace)).join(',')}]`;
  if (typeof node !== 'object' || node === null) return JSON.stringify(node) ?? 'null';
  const record = node as Record<string, unknown>;
  const inner = typeof record.namespace === 'string' ? record.namespace : namespace;
  const named = record.type === 'record' || record.type === 'enum' || record.type === 'fixed';
  const parts = KEPT.filter((name) => record[name] !== undefined).map((name) => {
    if (name === 'name' && named) return `"name":${JSON.stringify(fullName(String(record.name), inner))}`;
    return `"${name}":${name === 'default' ? JSON.stringify(record.default) : canonical(record[name], inner)}`;
  });
  // {"type": "string"} is the same as "string".
  return parts.length === 1 && typeof record.type === 'string' ? JSON.stringify(record.type) : `{${parts.join(',')}}`;
}

const fullName = (name: string, namespace: string): string => (name.includes('.') || namespace === '' ? name : `${namespace}.${name}`);
