import { formatMicros, parseMicros, textFault, type Contract, type Fault } from '@tributary/contracts';
import { derivedId, MAX_PAYLOAD_BYTES } from '@tributary/persistence';
import { parse, stringify } from 'lossless-json';
import { BridgeFault } from './bridge-fault.ts';

/** A page of a list of the ERP. */
export interface ErpPage {
  readonly items: readonly unknown[];
  /** Cursor to ask with the next time; also when the page is empty. */
  readonly next: string;
  readonly more: boolean;
}

/** An item that became a fact. */
export interface PulledFact {
  readonly id: string;
  readonly key: string;
  readonly time: string;
  readonly value: unknown;
}

/** An item that did not, with its reasons. */
export interface RefusedItem {
  readonly id: string | null;
  readonly raw: Buffer;
  readonly faults: readonly Fault[];
}

/** ce_source of facts that were pulled. */
export const ERP_SOURCE = 'erp';

const DAY_MICROS = 86_400_000_000;
const LONGEST_CURSOR = 1_000;
const LONGEST_ID = 200;

/**
 * Reads a page: `{ "items": [...], "next": "cursor", "more": true|false }`. Numbers keep their digits.
 * @throws BridgeFault `pull-format` for anything else.
 */
export function readPage(path: string, body: Buffer): ErpPage {
  const broken = (why: string, cause?: unknown): BridgeFault => new BridgeFault('pull-format', `${path}: ${why}`, { cause });
  let page: unknown;
  try {
    page = parse(new TextDecoder('utf-8', { fatal: true }).decode(body));
  } catch (error) {
    throw broken('the answer is no JSON in UTF-8', error);
  }
  const { items, next, more } = (page ?? {}) as Record<string, unknown>;
  if (!Array.isArray(items)) throw broken('items is no list');
  if (typeof next !== 'string' || next.length > LONGEST_CURSOR || textFault(next, true)) throw broken('next is no cursor');
  if (typeof more !== 'boolean') throw broken('more is neither true nor false');
  return { items, next, more };
}

/**
 * Reads an item `{ id?, time?, data }`, `data` in the contract's JSON form, by the same checks and rules as every other door of the hub. An
 * item without an id gets one from document and version, so that it is the same event when it is pulled again.
 * @param now microseconds; later than a day after it is refused.
 */
export function readItem<T>(contract: Contract<T>, item: unknown, now: number): PulledFact | RefusedItem {
  const { id, time, type, data } = (item ?? {}) as Record<string, unknown>;
  const given = typeof id === 'string' && id !== '' && id.length <= LONGEST_ID && !textFault(id, true) ? id : null;
  const refused = (faults: readonly Fault[]): RefusedItem => ({ id: given, raw: Buffer.from(stringify(item ?? null) ?? 'null'), faults });
  if (id !== undefined && given === null)
    return refused([{ field: 'id', reason: 'envelope', detail: `is no text of 1 to ${LONGEST_ID} characters` }]);
  if (type !== undefined && type !== contract.name)
    return refused([{ field: 'type', reason: 'wrong-contract', detail: `this list holds ${contract.name}` }]);
  if (time !== undefined && (typeof time !== 'string' || parseMicros(time) === undefined))
    return refused([{ field: 'time', reason: 'envelope', detail: 'is no time in ISO 8601 with an offset' }]);
  const read = contract.fromJson(data);
  if (!read.ok) return refused(read.faults);
  const { value } = read;
  const faults = [...(contract.rules?.(value) ?? []), ...futureFaults(contract, value, now)];
  if (faults.length > 0) return refused(faults);
  if (contract.encode(value).length > MAX_PAYLOAD_BYTES)
    return refused([{ field: '', reason: 'limit', detail: `is larger than ${MAX_PAYLOAD_BYTES} bytes` }]);
  return {
    id: given ?? derivedId(ERP_SOURCE, `${contract.document(value)}\u001f${contract.version(value)}`, contract.name, 0),
    key: contract.key(value, ERP_SOURCE),
    time: typeof time === 'string' ? time : formatMicros(contract.time(value)),
    value,
  };
}

function futureFaults<T>(contract: Contract<T>, value: T, now: number): Fault[] {
  if (contract.time(value) <= now + DAY_MICROS) return [];
  return [{ field: '', reason: 'time', detail: 'lies more than a day in the future' }];
}

/** Whether an item was refused. */
export const isRefused = (item: PulledFact | RefusedItem): item is RefusedItem => 'faults' in item;
