import type { Reason } from './reasons.ts';

/** Most characters a text field may have. */
export const MAX_TEXT = 4_000;

// NUL and the other C0/C1 controls except tab, line feed and carriage return: PostgreSQL refuses U+0000, logs and terminals suffer from the rest.
const CONTROL = new RegExp(
  `[${String.fromCharCode(0)}-${String.fromCharCode(8)}${String.fromCharCode(11, 12)}${String.fromCharCode(14)}-${String.fromCharCode(31)}${String.fromCharCode(127)}]`,
);
const PLAIN = /^[\x20-\x7e]*$/;

/** Why a text may not pass, or `undefined`. U+FFFD in decoded bytes means that the sender's bytes were not UTF-8. */
export function textFault(text: string, fromBytes: boolean): { reason: Reason; detail: string } | undefined {
  if (text.length > MAX_TEXT) return { reason: 'limit', detail: `${text.length} characters, at most ${MAX_TEXT}` };
  if (PLAIN.test(text)) return undefined;
  if (CONTROL.test(text)) return { reason: 'control-char', detail: 'holds a control character such as U+0000' };
  if (hasLoneSurrogate(text)) return { reason: 'surrogate', detail: 'holds half of a surrogate pair' };
  if (fromBytes && text.includes('\ufffd')) return { reason: 'utf8', detail: 'bytes are not valid UTF-8' };
  return undefined;
}

/** Whether a string holds a surrogate without its partner (`String.prototype.isWellFormed` of ES2024, which Node 20 has but ES2023 typings lack). */
function hasLoneSurrogate(text: string): boolean {
  for (let index = 0; index < text.length; index += 1) {
    const unit = text.charCodeAt(index);
    if (unit < 0xd800 || unit > 0xdfff) continue;
    const next = text.charCodeAt(index + 1);
    if (unit > 0xdbff || !(next >= 0xdc00 && next <= 0xdfff)) return true;
    index += 1;
  }
  return false;
}
