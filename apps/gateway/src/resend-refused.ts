import { readCloudEvents, readJson, STRUCTURED, type Delivery, type DeliveryReading, type IncomingEvent } from '@tributary/connectors';
import type { Fault } from '@tributary/contracts';
import { eventKey, readRefused, type Database, type RefusedRequest } from '@tributary/persistence';
import { admitEvent, type AdmittedEvent } from './admit-event.ts';
import { storeEvents } from './ingress-store.ts';
import type { SourceRoute } from './source-routes.ts';

/** What became of a refused request that was sent through the intake again. */
export type Resent =
  | { readonly kind: 'applied' | 'duplicate' }
  | { readonly kind: 'quarantined'; readonly faults: readonly Fault[] }
  | { readonly kind: 'settled' };

/** What resending needs of the outside. */
export interface ResendDeps {
  readonly database: Database;
  readonly routes: ReadonlyMap<string, SourceRoute>;
  /** The clock, milliseconds since 1970. */
  readonly now: () => number;
}

/**
 * Sends a request that was refused through the gateway's intake again: as it came, read by the connector of its source as it is now, or
 * as it was edited. Nothing of it is refused into the quarantine a second time. Events of the same body that were taken before are
 * duplicates. With `dryRun` nothing is stored.
 */
export async function resendRefused(deps: ResendDeps, id: bigint, dryRun: boolean): Promise<Resent> {
  const request = await readRefused(deps.database, id);
  if (request === undefined) return { kind: 'settled' };
  const reading = request.edit === undefined ? await readAgain(request, deps.routes) : readEdit(request.edit);
  if (!reading.ok) return { kind: 'quarantined', faults: reading.faults };
  const decided = reading.events.map((event, index) => admitEvent(event, index, sourceOf(event, request), deps.now() * 1000));
  const refused = decided.flatMap((event) => ('contract' in event ? [] : event.faults));
  if (refused.length > 0) return { kind: 'quarantined', faults: refused };
  const admitted = decided.filter((event): event is AdmittedEvent => 'contract' in event);
  const known = await knownHashes(deps.database, admitted);
  const at = (event: AdmittedEvent): bigint | undefined => known.get(eventKey(event.source, event.id));
  const conflict = admitted.find((event) => at(event) !== undefined && at(event) !== event.hash);
  if (conflict !== undefined)
    return { kind: 'quarantined', faults: [{ field: 'id', reason: 'conflict', detail: 'this id was accepted before with other content' }] };
  const fresh = admitted.some((event) => at(event) === undefined);
  if (dryRun) return { kind: fresh ? 'applied' : 'duplicate' };
  const statuses = await storeEvents(deps.database, admitted, []);
  return { kind: statuses.includes('accepted') ? 'applied' : 'duplicate' };
}

const sourceOf = (event: IncomingEvent, request: RefusedRequest): string => event.source ?? request.source ?? '';

async function knownHashes(database: Database, events: readonly AdmittedEvent[]): Promise<Map<string, bigint>> {
  const rows = await database.query<{ event: string; hash: bigint }>(
    'SELECT event::text, content_hash AS hash FROM gateway.ingress WHERE event = ANY ($1::uuid[])',
    [events.map((event) => eventKey(event.source, event.id))],
  );
  return new Map(rows.map((row) => [row.event, row.hash]));
}

/** Reads a body as the request did; what stands in it as a whole CloudEvent is read as one. */
async function readAgain(request: RefusedRequest, routes: ReadonlyMap<string, SourceRoute>): Promise<DeliveryReading> {
  const { value: body, headers, source } = request;
  const json = readJson(body);
  const whole = json.ok && typeof json.value.value === 'object' && json.value.value !== null && 'specversion' in json.value.value;
  if (whole) return readCloudEvents({ headers: { 'content-type': STRUCTURED }, body });
  if (headers['ce-specversion'] !== undefined) return readCloudEvents({ headers, body });
  const route = routes.get(source ?? '');
  if (route === undefined)
    return { ok: false, status: 422, faults: [{ field: 'source', reason: 'unknown-source', detail: 'is not configured' }] };
  const given: Delivery['headers'] = { 'content-type': 'application/json', ...headers };
  const reading = await route.connector.read({ headers: given, body });
  if (!reading.ok || reading.events.length > 0) return reading;
  return { ok: false, status: 422, faults: [{ field: '', reason: 'unmappable', detail: 'its connector leaves this kind of request out' }] };
}

function readEdit({ headers, value }: NonNullable<RefusedRequest['edit']>): DeliveryReading {
  const text = (name: string): string | undefined => {
    const header = headers[name];
    return Buffer.isBuffer(header) ? header.toString('utf8') : undefined;
  };
  const json = readJson(value);
  if (!json.ok) return { ok: false, status: 400, faults: json.faults };
  const event: IncomingEvent = {
    id: text('ce_id'),
    source: text('ce_source'),
    type: text('ce_type') ?? '',
    time: text('ce_time'),
    traceparent: undefined,
    data: { json: json.value.value },
    raw: value,
    faults: [],
  };
  return { ok: true, events: [event] };
}
