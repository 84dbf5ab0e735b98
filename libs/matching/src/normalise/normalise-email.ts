import { domainToASCII } from 'node:url';
import { cleanText } from './clean-text.ts';
import type { Normalised } from './clean-text.ts';

/** What a mail provider documents about its own addresses. Only the provider can say that two spellings are one mailbox. */
export interface EmailDomainRule {
  /** The domain this one is another name of. */
  readonly aliasOf?: string;
  /** Drop everything from the first `+` of the local part. */
  readonly dropPlusTag?: boolean;
  /** Drop the dots of the local part. */
  readonly dropDots?: boolean;
}

/** Rules by domain, with a version so that a stored key tells how it was made. */
export interface EmailRules {
  readonly version: string;
  readonly domains: Readonly<Record<string, EmailDomainRule>>;
}

/** The default: no domain rewrites anything, so a plus tag and a dot make another address. Right for identity, which must not over-merge. */
export const strictEmailRules: EmailRules = { version: 'strict-1', domains: {} };

/** Mailbox equivalence as documented by the providers themselves; for proposals a person or a score confirms. */
export const mailboxEmailRules: EmailRules = {
  version: 'mailbox-1',
  domains: {
    'gmail.com': { dropPlusTag: true, dropDots: true },
    'googlemail.com': { aliasOf: 'gmail.com', dropPlusTag: true, dropDots: true },
    'outlook.com': { dropPlusTag: true },
    'hotmail.com': { dropPlusTag: true },
    'icloud.com': { dropPlusTag: true },
    'fastmail.com': { dropPlusTag: true },
    'proton.me': { dropPlusTag: true },
    'protonmail.com': { aliasOf: 'proton.me', dropPlusTag: true },
  },
};

/**
 * The comparison key of an e-mail address: hygiene of `cleanText`, lower case of both sides, NFC again, the domain in its
 * IDNA ASCII form (`bücher.example` and `xn--bcher-kva.example` are one domain by definition).
 *
 * Look-alike letters of other scripts are never mapped: a Cyrillic `а` stays another address. Quoted local parts and
 * comments (RFC 5322) are refused: no shop accepts them and no two systems agree on them. The local part is lower-cased although RFC 5321
 * allows a host to tell the cases apart; none in use does.
 */
export function normaliseEmail(raw: string, rules: EmailRules = strictEmailRules): Normalised {
  const clean = cleanText(raw, 320);
  if ('refused' in clean) return clean;
  const at = clean.value.lastIndexOf('@');
  if (at <= 0 || at === clean.value.length - 1) return { refused: 'not-an-email-address' };
  let local = clean.value.slice(0, at).toLowerCase().normalize('NFC');
  if (/[\s"(),:;<>@[\\\]]/u.test(local) || local.startsWith('.') || local.endsWith('.') || local.includes('..')) {
    return { refused: 'not-an-email-address' };
  }
  let domain = domainToASCII(clean.value.slice(at + 1).toLowerCase());
  if (!/^(?=.{4,253}$)([a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+(?:xn--[a-z0-9-]+|[a-z]{2,63})$/.test(domain))
    return { refused: 'not-a-domain' };
  const rule = Object.hasOwn(rules.domains, domain) ? rules.domains[domain] : undefined;
  if (rule?.dropPlusTag === true) local = local.replace(/\+.*$/u, '');
  if (rule?.dropDots === true) local = local.replaceAll('.', '');
  if (rule?.aliasOf !== undefined) domain = rule.aliasOf;
  if (local === '' || local.length > 64) return { refused: local === '' ? 'not-an-email-address' : 'too-long' };
  return { value: `${local}@${domain}` };
}
