/**
 * What an identifier is. `source-customer` is a source system's own key of a person or organisation; `document` an order that came
 * without one: the guest behind it.
 */
export type IdentifierKind = 'source-customer' | 'document' | 'email' | 'phone' | 'loyalty' | 'wechat-unionid' | 'wechat-openid' | 'tax';

/** One identifier of one kind in one scope, already normalised. Plain data; `nodeId` makes its id. */
export interface IdentifierNode {
  readonly id: string;
  readonly kind: IdentifierKind;
  /** The system, brand or country the value is unique in; empty for what is unique in the world (e-mail, phone). */
  readonly scope: string;
  /** The normalised value or its keyed hash. */
  readonly value: string;
  /** When it was first seen, in microseconds since 1970; the oldest node of a profile names it. */
  readonly firstSeen: number;
}

/** The claim, with its evidence, that two identifiers belong to one customer. Removing the edge takes the claim back. */
export interface EvidenceEdge {
  readonly id: string;
  readonly from: string;
  readonly to: string;
  /** Microseconds since 1970 of the event that said so; earlier claims win a conflict. */
  readonly seenAt: number;
  /** Which rule made the edge, for the reader of "why": `same-event`, `steward`, `fellegi-sunter`, … */
  readonly rule: string;
  /** The event that said so (its source and id). */
  readonly evidence: string;
}

/** A person's word that two nodes are not one customer; it outranks every edge. */
export interface Separation {
  readonly a: string;
  readonly b: string;
  readonly reason: string;
}

/** The whole of what identity knows, or the part of it that touches an event. */
export interface IdentityGraph {
  readonly nodes: readonly IdentifierNode[];
  readonly edges: readonly EvidenceEdge[];
  readonly separations: readonly Separation[];
}

/** Limits that keep strangers apart. A kind that is not named has no limit. */
export interface ConflictRules {
  readonly version: string;
  /** How many different values of a kind, per scope, one profile may hold. One more is a hard conflict. */
  readonly perProfile: Readonly<Partial<Record<IdentifierKind, number>>>;
  /** How many source customers of one scope may share an identifier of a kind before it stops being personal and links nobody. */
  readonly sourcesPerIdentifier: Readonly<Partial<Record<IdentifierKind, number>>>;
  /** How many nodes one profile may hold in all; keeps one bad identifier from swallowing the customer base. */
  readonly profileSize: number;
}

/** The rules applied when none are given. */
export const defaultConflictRules: ConflictRules = {
  version: 'conflict-1',
  perProfile: { loyalty: 1, tax: 1, 'wechat-unionid': 1 },
  sourcesPerIdentifier: { email: 10, phone: 10, loyalty: 10, 'wechat-unionid': 10, 'wechat-openid': 10, tax: 100 },
  profileSize: 500,
};

/** The id of a node: kind, scope and value, each escaped so that no two triples share an id. */
export function nodeId(kind: IdentifierKind, scope: string, value: string): string {
  return [kind, scope, value].map((part) => part.replace(/[%:]/gu, (character) => (character === '%' ? '%25' : '%3A'))).join(':');
}
