/** Sum of one currency; unscaled integers of scale 4. */
export interface Money {
  readonly gross: bigint;
  readonly paid: bigint;
  readonly returned: bigint;
}

/** What a fact says, in the oracle's own words. */
export interface Fact {
  /** Number in the order of sending; travels in the header `rig_n`. */
  readonly n: number;
  readonly kind: 'ORDER' | 'PAYMENT' | 'RETURN' | 'CUSTOMER';
  readonly source: string;
  readonly eventId: string;
  readonly documentId: string;
  readonly version: bigint;
  /** Whom it is about, by the generator's own knowledge. */
  readonly person: number;
  readonly customerId: string | null;
  /** The order that a payment or return belongs to. */
  readonly orderId: string | null;
  readonly currency: string;
  readonly orders: number;
  readonly money: Money;
  /** Distinguishes contents of one document and version. */
  readonly content: string;
  /** Spoilt on purpose, so that it must be refused. */
  readonly spoilt: Spoilt | undefined;
}

/** Ways in which a record is spoilt. */
export type Spoilt = 'truncated' | 'unknown-schema' | 'no-key' | 'no-id' | 'arithmetic' | 'trailing' | 'overflow' | 'hostile-array';
