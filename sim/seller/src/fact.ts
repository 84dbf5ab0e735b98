import { contracts, formatMicros, type Contract } from '@tributary/contracts';

/** Contracts the simulated systems speak. */
export const factKinds = [
  'order',
  'payment',
  'return',
  'fulfilment',
  'stockLevel',
  'stockMovement',
  'invoice',
  'product',
  'customer',
  'interaction',
] as const;
export type FactKind = (typeof factKinds)[number];
type ValueOf<K extends FactKind> = (typeof contracts)[K] extends Contract<infer T> ? T : never;

/** Systems of the simulated seller; the names are the `ce_source` of what they say. */
export type System = 'shop-eu' | 'pos' | 'crm' | 'erp';
export const systems: readonly System[] = ['shop-eu', 'pos', 'crm', 'erp'];

/** One thing a system says once: the value, who it is about (known to the simulator only) and when it is said (microseconds UTC). */
export type Fact = { [K in FactKind]: FactOf<K> }[FactKind];
export interface FactOf<K extends FactKind> {
  readonly kind: K;
  readonly source: System;
  readonly id: string;
  readonly at: number;
  /** Label of the real profile behind it; null where the fact is about no person. */
  readonly owner: string | null;
  readonly value: ValueOf<K>;
}

/** Makes a fact; its event id is the document and, for a snapshot, its version, so that the same fact always has the same id. */
export function makeFact<K extends FactKind>(kind: K, source: System, owner: string | null, at: number, value: ValueOf<K>): Fact {
  const contract = contractOf(kind);
  const version = contract.shape === 'snapshot' ? `/${contract.version(value)}` : '';
  return { kind, source, owner, at, value, id: `${contract.name}/${contract.document(value)}${version}` } as unknown as Fact;
}

/** One HTTP delivery of a fact: CloudEvents attributes and the contract's JSON form. A fact may be delivered more than once. */
export interface Delivery {
  readonly source: string;
  /** The contract's name. */
  readonly type: string;
  readonly id: string;
  /** RFC 3339: when the source says it was made. */
  readonly time: string;
  readonly data: unknown;
  /** When the network hands it over, microseconds UTC of simulated time; deliveries are in this order. */
  readonly arrivesAt: number;
}

/** The delivery of a fact. */
export function toDelivery(fact: Fact, arrivesAt: number): Delivery {
  const contract = contractOf(fact.kind);
  return {
    source: fact.source,
    type: contract.name,
    id: fact.id,
    time: formatMicros(fact.at),
    data: contract.toJson(fact.value as never),
    arrivesAt,
  };
}

/** The contract of a kind of fact. */
export function contractOf<K extends FactKind>(kind: K): Contract<ValueOf<K>> {
  return contracts[kind] as unknown as Contract<ValueOf<K>>;
}
