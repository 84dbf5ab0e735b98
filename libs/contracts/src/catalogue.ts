import { defineContract, type Contract } from './contract.ts';
import { fulfilmentVersions, type Fulfilment } from './generated/commerce-fulfilment.ts';
import { orderVersions, type CustomerRef, type Order } from './generated/commerce-order.ts';
import { paymentVersions, type Payment } from './generated/commerce-payment.ts';
import { returnVersions, type Return } from './generated/commerce-return.ts';
import { customerVersions, type Customer } from './generated/crm-customer.ts';
import { interactionVersions, type Interaction } from './generated/crm-interaction.ts';
import { activityVersions, type Activity } from './generated/customer-activity.ts';
import { identityChangeVersions, type IdentityChange } from './generated/customer-identity.ts';
import { profileVersions, type Profile } from './generated/customer-profile.ts';
import { scoreVersions, type Score } from './generated/customer-score.ts';
import { segmentChangeVersions, type SegmentChange } from './generated/customer-segment.ts';
import { acknowledgementVersions, type Acknowledgement } from './generated/erp-ack.ts';
import { forecastVersions, type Forecast } from './generated/erp-forecast.ts';
import { invoiceVersions, type Invoice } from './generated/erp-invoice.ts';
import { productVersions, type Product } from './generated/erp-product.ts';
import { replenishmentVersions, type Replenishment } from './generated/erp-replenishment.ts';
import { stockLevelVersions, type StockLevel } from './generated/erp-stock.ts';
import { stockMovementVersions, type StockMovement } from './generated/erp-stock-movement.ts';
import {
  acknowledgementRules,
  customerRules,
  fulfilmentRules,
  interactionRules,
  invoiceRules,
  paymentRules,
  productRules,
  stockLevelRules,
  stockMovementRules,
} from './rules/document-rules.ts';
import { orderRules } from './rules/order-rules.ts';
import { returnRules } from './rules/return-rules.ts';

/**
 * Key of a fact about a person: the customer at their source where there is one, so that their facts stay in order; a guest's document
 * otherwise.
 */
const personKey = (customer: CustomerRef, document: string, source: string): string =>
  customer.id === null || customer.id === '' ? `${source}/d/${document}` : `${source}/c/${customer.id}`;

/** Happened once and never comes again: one that is left out is missing from a sum for ever, so its key waits. */
const event = { role: 'fact', shape: 'event', ordering: 'strict', version: () => 0n } as const;
/** The next version holds everything this one held. */
const snapshot = { role: 'fact', shape: 'snapshot', ordering: 'latest' } as const;
const derived = { role: 'derived', shape: 'event', version: (value: { seq: bigint }) => value.seq } as const;
/** A difference or a step: adds up only when none is left out. */
const change = { ...derived, ordering: 'strict' } as const;
/** The whole state as of now: the next one replaces it. */
const whole = { ...derived, ordering: 'latest' } as const;

/** Every contract of the hub, by the record it carries. */
export const contracts = {
  order: defineContract<Order>({
    ...snapshot,
    name: 'commerce.order',
    versions: orderVersions,
    rules: orderRules,
    document: (order) => order.orderId,
    version: (order) => order.version,
    time: (order) => order.placedAt,
    key: (order, source) => personKey(order.customer, order.orderId, source),
  }),
  payment: defineContract<Payment>({
    ...event,
    name: 'commerce.payment',
    versions: paymentVersions,
    rules: paymentRules,
    document: (payment) => payment.paymentId,
    time: (payment) => payment.occurredAt,
    key: (payment, source) => personKey(payment.customer, payment.orderId ?? payment.paymentId, source),
  }),
  return: defineContract<Return>({
    ...event,
    name: 'commerce.return',
    versions: returnVersions,
    rules: returnRules,
    document: (value) => value.returnId,
    time: (value) => value.occurredAt,
    key: (value, source) => personKey(value.customer, value.orderId ?? value.returnId, source),
  }),
  fulfilment: defineContract<Fulfilment>({
    ...snapshot,
    name: 'commerce.fulfilment',
    versions: fulfilmentVersions,
    rules: fulfilmentRules,
    document: (value) => value.fulfilmentId,
    version: (value) => value.version,
    time: (value) => value.updatedAt,
    key: (value, source) => personKey(value.customer, value.orderId, source),
  }),
  stockLevel: defineContract<StockLevel>({
    ...snapshot,
    name: 'erp.stock',
    versions: stockLevelVersions,
    rules: stockLevelRules,
    document: (level) => `${level.sku}@${level.location}`,
    version: (level) => level.version,
    time: (level) => level.asOf,
    key: (level) => `${level.sku}@${level.location}`,
  }),
  stockMovement: defineContract<StockMovement>({
    ...event,
    name: 'erp.stock-movement',
    versions: stockMovementVersions,
    rules: stockMovementRules,
    document: (movement) => movement.movementId,
    time: (movement) => movement.occurredAt,
    key: (movement) => `${movement.sku}@${movement.location}`,
  }),
  invoice: defineContract<Invoice>({
    ...snapshot,
    name: 'erp.invoice',
    versions: invoiceVersions,
    rules: invoiceRules,
    document: (invoice) => invoice.invoiceId,
    version: (invoice) => invoice.version,
    time: (invoice) => invoice.updatedAt,
    key: (invoice, source) => personKey(invoice.customer, invoice.orderId ?? invoice.invoiceId, source),
  }),
  product: defineContract<Product>({
    ...snapshot,
    name: 'erp.product',
    versions: productVersions,
    rules: productRules,
    compacted: true,
    document: (product) => product.sku,
    version: (product) => product.version,
    time: (product) => product.updatedAt,
    key: (product) => product.sku,
  }),
  customer: defineContract<Customer>({
    ...snapshot,
    name: 'crm.customer',
    versions: customerVersions,
    rules: customerRules,
    document: (customer) => customer.customerId,
    version: (customer) => customer.version,
    time: (customer) => customer.updatedAt,
    key: (customer, source) => `${source}/c/${customer.customerId}`,
  }),
  interaction: defineContract<Interaction>({
    ...event,
    name: 'crm.interaction',
    versions: interactionVersions,
    rules: interactionRules,
    document: (value) => value.interactionId,
    time: (value) => value.occurredAt,
    key: (value, source) => personKey(value.customer, value.interactionId, source),
  }),
  acknowledgement: defineContract<Acknowledgement>({
    ...event,
    name: 'erp.ack',
    versions: acknowledgementVersions,
    rules: acknowledgementRules,
    document: (ack) => ack.ackId,
    time: (ack) => ack.decidedAt,
    key: (ack) => ack.subjectKey,
  }),
  activity: defineContract<Activity>({
    ...change,
    name: 'customer.activity',
    versions: activityVersions,
    document: (value) => `${value.profileId}/${value.seq}`,
    time: (value) => value.occurredAt,
    key: (value) => value.profileId,
  }),
  profile: defineContract<Profile>({
    ...whole,
    name: 'customer.profile',
    versions: profileVersions,
    compacted: true,
    document: (value) => `${value.profileId}/${value.seq}`,
    time: (value) => value.updatedAt,
    key: (value) => value.profileId,
  }),
  identityChange: defineContract<IdentityChange>({
    ...change,
    name: 'customer.identity',
    versions: identityChangeVersions,
    document: (value) => `${value.profileId}/${value.seq}`,
    time: (value) => value.at,
    key: (value) => value.profileId,
  }),
  segmentChange: defineContract<SegmentChange>({
    ...change,
    name: 'customer.segment',
    versions: segmentChangeVersions,
    document: (value) => `${value.profileId}/${value.seq}`,
    time: (value) => value.asOf,
    key: (value) => value.profileId,
  }),
  score: defineContract<Score>({
    ...whole,
    name: 'customer.score',
    versions: scoreVersions,
    compacted: true,
    document: (value) => `${value.profileId}/${value.seq}`,
    time: (value) => value.asOf,
    key: (value) => value.profileId,
  }),
  forecast: defineContract<Forecast>({
    ...whole,
    name: 'erp.forecast',
    versions: forecastVersions,
    document: (value) => `${value.sku}@${value.location}/${value.seq}`,
    time: (value) => value.asOf,
    key: (value) => `${value.sku}@${value.location}`,
  }),
  replenishment: defineContract<Replenishment>({
    ...whole,
    name: 'erp.replenishment',
    versions: replenishmentVersions,
    document: (value) => `${value.sku}@${value.location}/${value.seq}`,
    time: (value) => value.asOf,
    key: (value) => `${value.sku}@${value.location}`,
  }),
} as const;

/** Any contract, its record type unknown. */
export type AnyContract = Contract<never>;

/** All contracts as a list, in the order of the catalogue. */
export const allContracts: readonly AnyContract[] = Object.values(contracts) as unknown as AnyContract[];

/** The contract of an event type (`commerce.order`), or `undefined`. */
export const contractNamed = (name: string): AnyContract | undefined => byName.get(name);
const byName = new Map(allContracts.map((contract) => [contract.name, contract]));

/** The contract whose topic this is, or `undefined`. */
export const contractOfTopic = (topic: string): AnyContract | undefined => byTopic.get(topic);
const byTopic = new Map(allContracts.map((contract) => [contract.topic, contract]));
