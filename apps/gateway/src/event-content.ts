/**
 * The content of a decoded event as text, for hashing: fields in the order of the contract, absent ones (null, empty list) left out, so that
 * neither the form an event was sent in nor a later version of its contract changes what it says.
 */
export function eventContent(value: unknown): string {
  // The length before a text tells where it ends, whatever it holds.
  if (typeof value === 'string') return `${value.length}"${value}`;
  if (typeof value !== 'object' || value === null) return String(value);
  let text = '';
  if (Array.isArray(value)) {
    for (const item of value) text += `${eventContent(item)},`;
    return `[${text}]`;
  }
  const record = value as Readonly<Record<string, unknown>>;
  // Own fields only: records that avsc decoded have methods on their prototype.
  for (const name of Object.keys(record)) {
    const item = record[name];
    if (item !== null && !(Array.isArray(item) && item.length === 0)) text += `${name}:${eventContent(item)},`;
  }
  return `{${text}}`;
}
