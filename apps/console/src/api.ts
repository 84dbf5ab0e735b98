/**
 * What the console's JSON API answers. Counts are numbers; offsets, money and quantities are decimal text, since they may not fit a
 * double; times are RFC 3339 in UTC.
 */
export interface Accounting {
  readonly consumed: number;
  readonly applied: number;
  readonly duplicate: number;
  readonly stale: number;
  readonly parked: number;
  readonly quarantined: number;
  /** consumed = applied + duplicate + stale + parked + quarantined, in every partition summed here. */
  readonly balanced: boolean;
}

export interface PartitionFlow extends Accounting {
  readonly partition: number;
  readonly nextOffset: string;
  /** `null` when Kafka did not tell where the partition ends. */
  readonly lagRecords: number | null;
  /** `null` when unknown: Kafka silent, or the backlog is older than what the console has seen. */
  readonly lagSeconds: number | null;
  readonly updatedAt: string;
}

export interface TopicFlow extends Accounting {
  readonly group: string;
  readonly topic: string;
  readonly lagRecords: number | null;
  readonly lagSeconds: number | null;
  readonly partitions: readonly PartitionFlow[];
}

export interface OutboxFlow {
  readonly topic: string;
  readonly published: number;
  readonly unsent: number;
  readonly blocked: number;
  readonly oldestUnsent: string | null;
}

export interface ErpAnswers {
  readonly type: string;
  readonly published: number;
  readonly accepted: number;
  readonly refused: number;
  readonly overridden: number;
  readonly unanswered: number;
  /** Given up after every retry: a person has to look. */
  readonly failed: number;
}

/** Whether a service answered when it was last asked, and since when not; unknown before the first answer, or when nobody asks. */
export type Reach = { readonly state: 'up' } | { readonly state: 'down'; readonly since: string } | { readonly state: 'unknown' };

export interface Overview {
  /** When these figures were read from the database. */
  readonly readAt: string;
  /** Age of the figures when they were sent. */
  readonly staleSeconds: number;
  readonly database: Reach;
  readonly kafka: Reach;
  readonly total: Accounting;
  readonly lagRecords: number | null;
  readonly lagSeconds: number | null;
  readonly topics: readonly TopicFlow[];
  readonly outbox: readonly OutboxFlow[];
  readonly profiles: number;
  readonly guests: number;
  readonly forecasts: number;
  readonly replenishments: number;
  readonly segments: readonly { readonly segment: string; readonly members: number }[];
  readonly erp: readonly ErpAnswers[];
  readonly quarantine: readonly { readonly reason: string; readonly open: number }[];
}

export const customerSorts = ['recent', 'net', 'orders', 'name'] as const;
export type CustomerSort = (typeof customerSorts)[number];

/** Money of one customer in one currency. */
export interface Totals {
  readonly currency: string;
  readonly gross: string;
  readonly returned: string;
  readonly net: string;
  readonly paid: string;
}

export interface CustomerRow {
  readonly profileId: string;
  readonly kind: string;
  /** Masked. */
  readonly name: string | null;
  /** Masked. */
  readonly email: string | null;
  readonly country: string | null;
  readonly orders: number;
  readonly totals: readonly Totals[];
  readonly lastOrderAt: string | null;
}

export interface Page<Row> {
  readonly rows: readonly Row[];
  /** Pass as `after` for the next page; `null` at the end. */
  readonly next: string | null;
}

export interface SourceIdentity {
  readonly source: string;
  readonly customerId: string;
}

/** One end of a link between two identifiers: its kind, the system it belongs to, and as much of it as may be seen. */
export interface Identifier {
  readonly kind: string;
  readonly scope: string;
  readonly display: string;
}

/** A link that makes two identifiers one customer, with the document that said so. */
export interface Evidence {
  readonly holder: Identifier;
  readonly identifier: Identifier;
  readonly rule: string;
  readonly source: string;
  readonly evidenceId: string;
  readonly at: string;
  /** Not in force: the identifier turned out to be shared by more customers than one person can be. */
  readonly active: boolean;
}

export interface SegmentMembership {
  readonly segment: string;
  readonly version: number;
  readonly since: string;
  readonly reason: string;
  readonly facts: readonly { readonly name: string; readonly value: string }[];
}

export interface Score {
  readonly asOf: string;
  readonly currency: string;
  readonly recencyDays: number;
  readonly frequency: number;
  readonly monetary: string;
  readonly r: number;
  readonly f: number;
  readonly m: number;
  readonly abcClass: string;
  readonly pAlive: number | null;
  readonly expectedPurchases: number | null;
  readonly lifetimeValue: number | null;
  readonly horizonDays: number;
  readonly model: string;
}

/** What personal data a page shows: masked until somebody asks for it, and asking is logged. */
export interface PersonalData {
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly sources: readonly SourceIdentity[];
}

export interface Customer extends PersonalData {
  readonly profileId: string;
  /** The id that was asked for, when it was merged into this profile. */
  readonly redirectedFrom: string | null;
  readonly kind: string;
  readonly country: string | null;
  readonly orders: number;
  readonly returns: number;
  readonly payments: number;
  readonly interactions: number;
  readonly complaints: number;
  readonly totals: readonly Totals[];
  readonly firstOrderAt: string | null;
  readonly lastOrderAt: string | null;
  readonly mergedFrom: readonly string[];
  readonly updatedAt: string;
  readonly score: Score | null;
  readonly segments: readonly SegmentMembership[];
  readonly identity: readonly Evidence[];
}

/** Where the record stands that caused something. */
export interface Cause {
  readonly source: string;
  readonly id: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: string;
}

export interface TimelineEntry {
  readonly at: string;
  readonly kind: string;
  readonly source: string;
  readonly documentId: string;
  readonly detail: string | null;
  readonly currency: string | null;
  readonly amount: string | null;
  readonly cause: Cause;
}

/** Sums of money, one a currency, and counts. */
export const explainableMoney = ['gross', 'returned', 'net', 'paid'] as const;
export const explainableCounts = ['orders', 'returns', 'payments', 'interactions', 'complaints'] as const;
export const explainableFields = ['name', 'email', 'phone', 'country'] as const;
export type ExplainableMoney = (typeof explainableMoney)[number];
export type ExplainableCount = (typeof explainableCounts)[number];
export type ExplainableField = (typeof explainableFields)[number];

/** One event's share of a figure. */
export interface Contribution {
  readonly at: string;
  readonly kind: string;
  readonly documentId: string;
  readonly detail: string | null;
  readonly share: string;
  readonly cause: Cause;
}

/** Why a field is what it is: the events behind it and, for figures, the sum that has to equal what is shown. */
export type Why =
  | {
      readonly kind: 'sum';
      readonly field: ExplainableMoney | ExplainableCount;
      readonly currency: string | null;
      /** The figure on the page. */
      readonly shown: string;
      /** The sum over all contributions, also those not listed. */
      readonly sum: string;
      readonly equal: boolean;
      readonly count: number;
      readonly contributions: readonly Contribution[];
    }
  | {
      readonly kind: 'field';
      readonly field: ExplainableField;
      /** Masked. */
      readonly shown: string | null;
      readonly origin: { readonly source: string; readonly at: string } | null;
      readonly evidence: readonly Evidence[];
    };

export interface SkuRow {
  readonly sku: string;
  readonly location: string;
  readonly demandClass: string;
  readonly model: string;
  readonly asOf: string;
}

/** The ERP's answer to one published event. */
export interface Answer {
  readonly eventId: string;
  readonly status: string;
  readonly attempts: number;
  readonly decision: string | null;
  readonly reason: string | null;
  readonly value: string | null;
  readonly publishedAt: string;
  readonly answeredAt: string | null;
}

export interface Sku {
  readonly sku: string;
  readonly location: string;
  /** Units a day, oldest first, days without demand left out. */
  readonly history: readonly { readonly day: string; readonly quantity: string }[];
  readonly forecast: {
    readonly asOf: string;
    readonly bucket: string;
    readonly start: string;
    readonly horizon: number;
    readonly demandClass: string;
    readonly model: string;
    readonly mean: readonly number[];
    readonly quantiles: readonly { readonly level: number; readonly values: readonly number[] }[];
    readonly candidates: readonly { readonly model: string; readonly error: number | null }[];
    readonly reason: string;
    readonly answer: Answer | null;
  } | null;
  readonly replenishment: {
    readonly suggestedQuantity: string;
    readonly reorderPoint: number;
    readonly safetyStock: number;
    readonly orderUpTo: number;
    readonly onHand: string;
    readonly onOrder: string;
    readonly reason: string;
    readonly answer: Answer | null;
  } | null;
}

export const quarantineStatuses = ['open', 'redriven', 'discarded'] as const;
export type QuarantineStatus = (typeof quarantineStatuses)[number];

export interface QuarantineRow {
  readonly id: string;
  readonly group: string;
  readonly topic: string | null;
  readonly partition: number | null;
  readonly offset: string | null;
  readonly source: string | null;
  readonly eventId: string | null;
  readonly contract: string | null;
  readonly reason: string;
  readonly firstSeen: string;
  readonly lastSeen: string;
  readonly seen: number;
  readonly status: QuarantineStatus;
}

export interface QuarantineDetail extends QuarantineRow {
  readonly faults: readonly { readonly field: string; readonly reason: string; readonly detail: string }[];
  readonly headers: readonly { readonly name: string; readonly value: string }[];
  readonly schemaId: number | null;
  /** Length of the record's value; `null` for a tombstone. */
  readonly bytes: number | null;
}

/** What is in a quarantined record: it may hold personal data, so it is shown on demand and that is logged. */
export interface QuarantineRecord {
  readonly key: string | null;
  /** First bytes as hexadecimal, 16 a line. */
  readonly hex: readonly string[];
  /** The record read as far as it can be read, as JSON text; or why it cannot. */
  readonly decoded: { readonly ok: true; readonly json: string } | { readonly ok: false; readonly why: string };
}

/** Codes of refused requests; the page has a sentence for each. */
export const apiErrorCodes = [
  'bad-parameter',
  'not-found',
  'foreign-host',
  'cross-site',
  'refused',
  'read-only',
  'database-unreachable',
  'internal',
] as const;
export type ApiErrorCode = (typeof apiErrorCodes)[number];

export interface ApiError {
  readonly error: {
    readonly code: ApiErrorCode;
    /** Names the log line that has the details. */
    readonly id: string;
    /** For bad parameters and refused edits: which and why; the value is not repeated. */
    readonly faults?: readonly { readonly field: string; readonly reason: string }[];
  };
}
