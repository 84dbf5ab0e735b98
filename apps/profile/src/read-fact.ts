import { routeTable, topology, type Contract, type Customer, type CustomerRef } from '@tributary/contracts';
import type { HubEvent } from '@tributary/persistence';
import { documentKey } from './batch-state.ts';
import { contributionOf, type Contribution } from './contribution.ts';
import type { IdentifierReader } from './identifier.ts';
import { identify, type Identification } from './identify.ts';
import type { DocumentKind } from './node-state.ts';
import { customerRef, customerRoute, factRoutes, guestDocument } from './profile.routes.ts';

/** An event as the profile app sees it. */
export interface Fact {
  readonly event: HubEvent;
  readonly kind: DocumentKind | 'CUSTOMER';
  readonly source: string;
  readonly documentId: string;
  /** The document's key in the batch, and that of its order. */
  readonly key: string;
  readonly orderKey: string | null;
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

/** Reads an event by its row of the routes table. Pure. */
export function readFact(reader: IdentifierReader, event: HubEvent): Fact {
  const contract = event.contract as unknown as Contract<unknown>;
  const { source } = event.envelope;
  const documentId = contract.document(event.value);
  const time = contract.time(event.value);
  const isCustomer = contract.name === customerRoute.name;
  const record = isCustomer ? (event.value as Customer) : null;
  const read = record === null ? readDocument(contract.name, event.value) : readCustomer(record);
  const { customer, kind, orderId, country } = read;
  const key = documentKey(kind, source, documentId);
  const document = guestDocument(kind, orderId, documentId);
  return {
    event,
    kind,
    source,
    documentId,
    key,
    orderKey: orderId === null ? null : kind === 'ORDER' && orderId === documentId ? key : documentKey('ORDER', source, orderId),
    version: contract.version(event.value),
    hash: event.hash,
    time,
    saidAt: (event.value as { updatedAt?: number }).updatedAt ?? time,
    identification: identify(reader, source, customer, document, record?.taxId ?? null, countryCode(country)),
    orderId,
    name: customer.name,
    email: customer.email,
    phone: customer.phone,
    country,
    contribution: read.contribution,
    customer: record,
  };
}

interface Read {
  readonly kind: Fact['kind'];
  readonly customer: CustomerRef;
  readonly orderId: string | null;
  readonly country: string | null;
  readonly contribution: Contribution;
}

function readCustomer(customer: Customer): Read {
  return {
    kind: 'CUSTOMER',
    customer: customerRef(customer),
    orderId: null,
    country: customer.address?.country ?? null,
    contribution: contributionOf(customer.updatedAt, null, null),
  };
}

function readDocument(name: string, value: unknown): Read {
  const route = routeOf.get(name);
  if (route === undefined) throw new TypeError(`no route for ${name}`);
  const { customer, orderId, contribution } = route.read(value as never);
  return { kind: route.kind, customer, orderId, country: (value as { country?: string | null }).country ?? null, contribution };
}

const countryCode = (country: string | null): string | undefined => (country !== null && /^[A-Z]{2}$/.test(country) ? country : undefined);
