import type { Random } from '@tributary/numerics';

/** A name as a hurried person types it: swapped, lost or doubled letters, case, order of the parts, umlauts written out. Never empty. */
export function spellName(random: Random, name: string): string {
  switch (random.integer(10)) {
    case 0:
      return swapLetters(random, name);
    case 1:
      return dropLetter(random, name);
    case 2:
      return name.toUpperCase();
    case 3:
      return name.toLowerCase();
    case 4:
      return lastNameFirst(name);
    case 5:
      return name.replaceAll('ü', 'ue').replaceAll('ö', 'oe').replaceAll('ä', 'ae').replaceAll('ß', 'ss');
    default:
      return name;
  }
}

/** The same mailbox in another spelling: letter case and blanks around it. */
export function spellEmail(random: Random, email: string): string {
  switch (random.integer(6)) {
    case 0:
      return email.toUpperCase();
    case 1:
      return ` ${email}`;
    case 2:
      return email.charAt(0).toUpperCase() + email.slice(1);
    default:
      return email;
  }
}

/** The same number, E.164 in, in another punctuation; always international, because a till does not say which country it stands in. */
export function spellPhone(random: Random, phone: string): string {
  const country = phone.startsWith('+1') ? 2 : 3;
  const [prefix, rest] = [phone.slice(0, country), phone.slice(country)];
  switch (random.integer(5)) {
    case 0:
      return `${prefix} ${rest.slice(0, 3)} ${rest.slice(3)}`;
    case 1:
      return `00${prefix.slice(1)} ${rest.slice(0, 3)}-${rest.slice(3)}`;
    case 2:
      return `${prefix} (${rest.slice(0, 3)}) ${rest.slice(3, 6)} ${rest.slice(6)}`;
    default:
      return phone;
  }
}

/** The same card number with the blanks, dashes and case that printing adds. */
export function spellLoyaltyId(random: Random, card: string): string {
  switch (random.integer(4)) {
    case 0:
      return card.toLowerCase();
    case 1:
      return `${card.slice(0, 3)}-${card.slice(3, 7)}-${card.slice(7)}`;
    case 2:
      return `${card.slice(0, 3)} ${card.slice(3)}`;
    default:
      return card;
  }
}

function swapLetters(random: Random, text: string): string {
  if (text.length < 4) return text;
  const at = 1 + random.integer(text.length - 3);
  return text.slice(0, at) + text.charAt(at + 1) + text.charAt(at) + text.slice(at + 2);
}

function dropLetter(random: Random, text: string): string {
  if (text.length < 4) return text;
  const at = 1 + random.integer(text.length - 2);
  return text.slice(0, at) + text.slice(at + 1);
}

function lastNameFirst(name: string): string {
  const space = name.lastIndexOf(' ');
  return space < 0 ? name : `${name.slice(space + 1)}, ${name.slice(0, space)}`;
}
