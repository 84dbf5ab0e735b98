import type { IncomingEvent } from '@tributary/connectors';
import { contractNamed, formatMicros, textFault, topology, type AnyContract, type Checked, type Fault } from '@tributary/contracts';
import { contentHash, derivedId } from '@tributary/persistence';
import { eventContent } from './event-content.ts';

/** An event that its contract accepts. */
export interface AdmittedEvent {
  readonly index: number;
  readonly source: string;
  readonly id: string;
  readonly contract: AnyContract;
  readonly value: unknown;
  readonly key: string;
  /** RFC 3339. */
  readonly time: string;
  readonly hash: bigint;
  readonly traceparent: string | undefined;
  readonly raw: Buffer;
}

/** An event that is refused, with every reason. */
export interface RefusedEvent {
  readonly index: number;
  readonly source: string;
  readonly id: string | undefined;
  readonly type: string;
  readonly faults: readonly Fault[];
  readonly raw: Buffer;
}

/** Largest event that is taken, encoded: with headers and batch overhead it stays under a broker's default limit of 1 MiB. */
export const MAX_EVENT_BYTES = 900 * 1024;
/** Avro takes at most this many bytes for each byte of the JSON it was read from; smaller requests need no measuring. */
const GROWTH = 4;

const DAY_MICROS = 86_400_000_000;
/** Times that say when something happened, which cannot be tomorrow. Due dates and the like can. */
const PAST = ['placedAt', 'occurredAt', 'updatedAt', 'issuedAt', 'asOf', 'decidedAt'] as const;

const admitted: ReadonlySet<AnyContract> = new Set(topology.gateway.writes);
const contractOf = (type: string): AnyContract | undefined => {
  const contract = contractNamed(type);
  return contract !== undefined && admitted.has(contract) ? contract : undefined;
};

/**
 * Decides on one event: its envelope, its contract's shape and rules, its times against the clock, its size.
 * @param nowMicros the clock, microseconds since 1970.
 */
export function admitEvent(event: IncomingEvent, index: number, source: string, nowMicros: number): AdmittedEvent | RefusedEvent {
  const refuse = (faults: readonly Fault[]): RefusedEvent => ({ index, source, id: event.id, type: event.type, faults, raw: event.raw });
  const faults = [...event.faults, ...envelopeFaults(event)];
  if (faults.length > 0) return refuse(faults);
  const contract = contractOf(event.type);
  if (contract === undefined) return refuse([wrongContract(event.type)]);
  const read = ('avro' in event.data ? contract.decode(event.data.avro) : contract.fromJson(event.data.json)) as Checked<unknown>;
  if (!read.ok) return refuse(inData(read.faults));
  const { value } = read;
  const rules = (contract.rules as ((value: unknown) => Fault[]) | undefined)?.(value) ?? [];
  const known = value as never;
  const id = event.id ?? derivedId(source, `${contract.document(known)}\n${contract.version(known)}`, contract.name, 0);
  const all = [...rules, ...futureFaults(value, nowMicros), ...sizeFaults(contract, value, event)];
  if (all.length > 0) return { ...refuse(inData(all)), id };
  return {
    index,
    source,
    id,
    contract,
    value,
    key: contract.key(known, source),
    time: event.time ?? formatMicros(contract.time(known)),
    hash: contentHash(Buffer.from(`${contract.name}\n${eventContent(value)}`, 'utf8')),
    traceparent: event.traceparent,
    raw: event.raw,
  };
}

/** The path of a fault from the event's root: what is wrong with the record is wrong in `data`. */
const inData = (faults: readonly Fault[]): Fault[] =>
  faults.map((fault) => ({ ...fault, field: fault.field === '' ? 'data' : `data.${fault.field}` }));

const wrongContract = (type: string): Fault => ({
  field: 'type',
  reason: 'wrong-contract',
  detail: `${JSON.stringify(type.slice(0, 60))} is none of ${topology.gateway.writes.map(({ name }) => name).join(', ')}`,
});

function envelopeFaults({ id, time, traceparent }: IncomingEvent): Fault[] {
  const faults: Fault[] = [];
  for (const [field, text] of Object.entries({ id, traceparent })) {
    const fault = text === undefined ? undefined : textFault(text, false);
    if (fault !== undefined) faults.push({ field, reason: 'envelope', detail: fault.detail });
    else if (text !== undefined && text.length > 256) faults.push({ field, reason: 'envelope', detail: 'is longer than 256 characters' });
  }
  if (time !== undefined && !(/^\d{4}-\d{2}-\d{2}T/.test(time) && Number.isFinite(Date.parse(time))))
    faults.push({ field: 'time', reason: 'time', detail: 'must be RFC 3339, as 2026-03-01T09:30:00Z' });
  return faults;
}

function futureFaults(value: unknown, nowMicros: number): Fault[] {
  const record = value as Readonly<Record<string, unknown>>;
  return PAST.flatMap((field) => {
    const time = record[field];
    if (typeof time !== 'number' || time <= nowMicros + DAY_MICROS) return [];
    return [{ field, reason: 'time' as const, detail: `${formatMicros(time)} is more than a day ahead of the clock` }];
  });
}

function sizeFaults(contract: AnyContract, value: unknown, event: IncomingEvent): Fault[] {
  if (event.raw.length * GROWTH <= MAX_EVENT_BYTES) return [];
  const { length } = contract.encode(value as never);
  if (length <= MAX_EVENT_BYTES) return [];
  return [{ field: '', reason: 'limit', detail: `takes ${length} bytes as a record, at most ${MAX_EVENT_BYTES}` }];
}
