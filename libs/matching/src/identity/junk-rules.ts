import type { IdentifierKind } from './identity-graph.ts';

/** Values that look like identifiers and identify nobody. Data, not code: a seller adds the own phone and the till's card. */
export interface JunkRules {
  readonly version: string;
  /** Normalised values blocked for one kind. */
  readonly values: Readonly<Partial<Record<IdentifierKind, readonly string[]>>>;
  /** Words that mean "none" for every kind, compared in lower case without punctuation. */
  readonly placeholders: readonly string[];
  /** Local parts of e-mail addresses that belong to a role or a machine. */
  readonly emailLocalParts: readonly string[];
  /**
   * Domains (and all below them) on which nobody has a lasting mailbox of their own: names that cannot be delivered to,
   * throw-away mail, marketplace relays. The documentation domains (example.com) are absent: trials and demos use them for real people's parts.
   */
  readonly emailDomains: readonly string[];
  /** The longest run of one digit with which a phone number may end. */
  readonly repeatedDigits: number;
}

/** The rules applied when none are given. */
export const defaultJunkRules: JunkRules = {
  version: 'junk-1',
  values: {
    email: [
      'test@test.com',
      'test@test.de',
      'a@a.com',
      'aa@aa.com',
      'abc@abc.com',
      'asdf@asdf.com',
      'x@x.com',
      'email@email.com',
      'none@none.com',
      'na@na.com',
      'no@email.com',
      'user@domain.com',
      'name@domain.com',
      'your@email.com',
    ],
    phone: ['+10000000000', '+11234567890', '+19999999999', '+8613800138000', '+8613800000000'],
  },
  placeholders: [
    'unknown',
    'na',
    'none',
    'null',
    'nil',
    'undefined',
    'nan',
    'test',
    'testing',
    'guest',
    'anonymous',
    'anon',
    'dummy',
    'default',
    'customer',
    'walkin',
    'walkincustomer',
    'cash',
    'cashcustomer',
    'tbd',
    'notavailable',
    'noemail',
    'nophone',
    'xxx',
    'asdf',
    'qwerty',
    'unbekannt',
    'keine',
    '无',
    '未知',
    '没有',
    '测试',
    '散客',
    '游客',
    '匿名',
  ],
  emailLocalParts: [
    'noreply',
    'no-reply',
    'no_reply',
    'donotreply',
    'do-not-reply',
    'mailer-daemon',
    'postmaster',
    'abuse',
    'guest',
    'anonymous',
    'noemail',
    'no-email',
    'nomail',
    'none',
    'unknown',
    'na',
    'n-a',
    'null',
    'undefined',
    'nobody',
    'dummy',
    'fake',
    'test',
    'testing',
    'tester',
    'pos',
    'walkin',
    'walk-in',
    'webmaster',
  ],
  emailDomains: [
    'invalid',
    'localhost',
    'local',
    'mailinator.com',
    'guerrillamail.com',
    'yopmail.com',
    '10minutemail.com',
    'trashmail.com',
    'marketplace.amazon.com',
    'members.ebay.com',
  ],
  repeatedDigits: 6,
};
