import { routeTable, topology, type Contract, type Customer } from '@tributary/contracts';
import { contentHash, type HubEvent } from '@tributary/persistence';
import type { Contribution } from './contribution.ts';
import { identify, type Identification } from './identify.ts';
import type { DocumentKind } from './node-state.ts';
import { customerRef, customerRoute, factRoutes, guestDocument } from './profile.routes.ts';

/** An event as the profile app sees it. */
export interface Fact {
  readonly event: HubEvent;
  readonly kind: DocumentKind | 'CUSTOMER';
  readonly source: string;
  readonly documentId: string;
  readonly version: bigint;
  readonly hash: bigint;
  readonly time: number;
  /** When the source said so: the snapshot's last change, or the fact's own time. */
  readonly saidAt: number;
  readonly identification: Identification;
  /** The order whose document may already tell who the customer is. */
  readonly orderId: string | null;
  readonly name: string | null;
  readonly email: string | null;
  readonly phone: string | null;
  readonly country: string | null;
  readonly contribution: Contribution;
  /** The whole record, for customer snapshots. */
  readonly customer: Customer | null;
}

const routeOf = routeTable(
  'profile',
  topology.profile.reads.filter((contract) => contract.name !== customerRoute.name),
  factRoutes,
);
const none: Contribution = {
  occurredAt: 0,
  currency: null,
  orders: 0,
  gross: 0n,
  returned: 0n,
  paid: 0n,
  invoiced: 0n,
  settled: 0n,
  interactions: 0,
  complaints: 0,
  detail: null,
  score: null,
};

/** Reads an event by its row of the routes table. Pure. */
export function readFact(event: HubEvent): Fact {
  const contract = event.contract as unknown as Contract<unknown>;
  const { source } = event.envelope;
  const documentId = contract.document(event.value);
  const time = contract.time(event.value);
  const base = {
    event,
    source,
    documentId,
    version: contract.version(event.value),
    hash: contentHash(event.record.value ?? Buffer.alloc(0)),
    time,
    saidAt: (event.value as { updatedAt?: number }).updatedAt ?? time,
  };
  if (contract.name === customerRoute.name) {
    const customer = event.value as Customer;
    const country = countryCode(customer.address?.country ?? null);
    return {
      ...base,
      kind: 'CUSTOMER',
      orderId: null,
      customer,
      contribution: { ...none, occurredAt: customer.updatedAt },
      name: customer.name,
      email: customer.email,
      phone: customer.phone,
      country: customer.address?.country ?? null,
      identification: identify(source, customerRef(customer), guestDocument('CUSTOMER', null, documentId), customer.taxId, country),
    };
  }
  const route = routeOf.get(contract.name);
  if (route === undefined) throw new TypeError(`no route for ${contract.name}`);
  const { customer, orderId, contribution } = route.read(event.value as never);
  const country = (event.value as { country?: string | null }).country ?? null;
  return {
    ...base,
    kind: route.kind,
    orderId,
    customer: null,
    contribution,
    name: customer.name,
    email: customer.email,
    phone: customer.phone,
    country,
    identification: identify(source, customer, guestDocument(route.kind, orderId, documentId), null, countryCode(country)),
  };
}

const countryCode = (country: string | null): string | undefined => (country !== null && /^[A-Z]{2}$/.test(country) ? country : undefined);
