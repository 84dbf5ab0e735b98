/**
 * The content of a decoded event as text, for hashing: fields in the order of the contract, absent ones (null, empty list) left out, so that
 * neither the form an event was sent in nor a later version of its contract changes what it says.
 */
export function eventContent(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value);
  if (typeof value !== 'object' || value === null) return String(value);
  if (Array.isArray(value)) return `[${value.map(eventContent).join(',')}]`;
  let text = '{';
  for (const [name, item] of Object.entries(value))
    if (item !== null && !(Array.isArray(item) && item.length === 0)) text += `${name}:${eventContent(item)},`;
  return `${text}}`;
}
