import { contracts, type AnyContract } from './catalogue.ts';

/** The six apps. */
export const appNames = ['gateway', 'profile', 'insight', 'forecast', 'erp-bridge', 'console'] as const;
export type AppName = (typeof appNames)[number];

/** What an app reads and writes. A derived contract is written by exactly one app. */
export interface AppTopology {
  readonly reads: readonly AnyContract[];
  readonly writes: readonly AnyContract[];
}

const list = (...items: readonly unknown[]): readonly AnyContract[] => items as readonly AnyContract[];
const c = contracts;
const facts = list(
  c.order,
  c.payment,
  c.return,
  c.fulfilment,
  c.stockLevel,
  c.stockMovement,
  c.invoice,
  c.product,
  c.customer,
  c.interaction,
  c.acknowledgement,
);

/** The path of an event, forward only: who reads and who writes which contract. */
export const topology: Readonly<Record<AppName, AppTopology>> = {
  gateway: { reads: [], writes: facts },
  profile: {
    reads: list(c.order, c.payment, c.return, c.fulfilment, c.invoice, c.customer, c.interaction),
    writes: list(c.activity, c.profile, c.identityChange),
  },
  insight: { reads: list(c.activity, c.identityChange), writes: list(c.segmentChange, c.score) },
  forecast: { reads: list(c.order, c.return, c.stockLevel, c.stockMovement, c.product), writes: list(c.forecast, c.replenishment) },
  'erp-bridge': {
    reads: list(c.segmentChange, c.forecast, c.replenishment, c.acknowledgement),
    writes: list(c.stockLevel, c.stockMovement, c.invoice, c.product),
  },
  console: { reads: [], writes: [] },
};

/** Partitions of a topic in the embedded default; real deployments set their own before the first event. */
export const DEFAULT_PARTITIONS = 8;

/** Topic that carries what could not be applied, for tools that watch Kafka rather than the quarantine table. */
export const deadLetterTopic = (topic: string): string => `${topic}.dlt`;
