/**
 * Header form of an attribute (CloudEvents HTTP binding 1.0.2, section 3.1.3.2): everything but printable ASCII, and space, quote and
 * percent, is percent-encoded UTF-8.
 */
export const encodeHeader = (text: string): string =>
  text.replace(/[^\x21\x23\x24\x26-\x7e]/gu, (character) =>
    [...Buffer.from(character, 'utf8')].map((byte) => `%${byte.toString(16).toUpperCase().padStart(2, '0')}`).join(''),
  );

/** Inverse of {@link encodeHeader}; text whose escapes are no UTF-8 is left as it stands. */
export function decodeHeader(text: string): string {
  if (!text.includes('%')) return text;
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
