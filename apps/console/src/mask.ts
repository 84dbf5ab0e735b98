/** How a piece of personal data is shown to someone who did not ask for it: enough to recognise, not enough to use. */
export type PersonalField = 'name' | 'email' | 'phone' | 'identifier';

const HIDDEN = '•••';
const graphemes = new Intl.Segmenter('und', { granularity: 'grapheme' });
const first = (text: string): string => graphemes.segment(text)[Symbol.iterator]().next().value?.segment ?? '';

/** `Maria Schmidt` → `M••• S•••`; `王小明` → `王•••`. The number of hidden characters is not told. */
const maskName = (name: string): string =>
  name
    .split(/\s+/u)
    .filter((word) => word !== '')
    .slice(0, 4)
    .map((word) => first(word) + HIDDEN)
    .join(' ');

/** `maria@shop.example` → `m•••@s•••.example`; what is no address is hidden as an identifier. */
function maskEmail(email: string): string {
  const at = email.lastIndexOf('@');
  if (at < 1) return maskIdentifier(email);
  const host = email.slice(at + 1);
  const dot = host.lastIndexOf('.');
  return `${first(email)}${HIDDEN}@${first(host)}${HIDDEN}${dot > 0 ? host.slice(dot) : ''}`;
}

/** `+4930123456` → `+49•••56`. */
const maskPhone = (phone: string): string => (phone.length < 8 ? HIDDEN : `${phone.slice(0, 3)}${HIDDEN}${phone.slice(-2)}`);

/** `C-100234` → `C-•••34`; short ids show their first character only. */
const maskIdentifier = (id: string): string => (id.length < 6 ? first(id) + HIDDEN : `${id.slice(0, 2)}${HIDDEN}${id.slice(-2)}`);

const masks: Readonly<Record<PersonalField, (text: string) => string>> = {
  name: maskName,
  email: maskEmail,
  phone: maskPhone,
  identifier: maskIdentifier,
};

/**
 * Hides personal data for lists and for pages nobody has revealed.
 * @returns `null` for `null`: that a field is empty is no secret.
 */
export const mask = (field: PersonalField, text: string | null): string | null => (text === null ? null : masks[field](text));
