import { contractNamed, contractOfTopic, toHeaders, type AnyContract, type Checked, type Contract, type Fault } from '@tributary/contracts';
import type { Database, Transaction } from './database.ts';
import { beginOperation, endOperation, type Actor } from './operation-log.ts';
import { packHeaders, unpackHeaders } from './raw-headers.ts';
import { readRecord } from './read-record.ts';
import type { RawRecord } from './stage.ts';

/** What is changed in a quarantined record; what is not given stays as it came. */
export interface Edit {
  /** The whole payload in the contract's JSON form. */
  readonly data?: unknown;
  /** Another event id, as for two events that were given the same one. */
  readonly id?: string;
  readonly source?: string;
  /** RFC 3339. */
  readonly time?: string;
  /** Contract of a request that the gateway could not read. */
  readonly type?: string;
}

/** How an edit ended: it is in force for the next redrive, or it was not taken. */
export type EditOutcome =
  | { readonly kind: 'edited'; readonly operation: bigint }
  | { readonly kind: 'not-found' }
  | { readonly kind: 'settled'; readonly status: string }
  | { readonly kind: 'refused'; readonly faults: readonly Fault[] };

/** A record's bytes, as the table of edits keeps them before and after. */
interface Bytes {
  readonly key: Buffer | null;
  readonly headers: Buffer;
  readonly value: Buffer | null;
}

interface Row {
  readonly topic: string | null;
  readonly partition: number | null;
  readonly offset: bigint | null;
  readonly status: string;
  readonly contract: string | null;
  readonly source: string | null;
  readonly eventId: string | null;
  readonly key: Buffer | null;
  readonly raw: Buffer | null;
  readonly headers: Record<string, unknown>;
  readonly value: Buffer | null;
}

/**
 * Changes what the next redrive of a quarantined record sends on its way. The original stays in the quarantine; both forms, who and when
 * are kept for ever. An edit that its contract would not accept, or that belongs to another key, is refused with the faults.
 */
export async function editQuarantined(database: Database, actor: Actor, id: bigint, edit: Edit): Promise<EditOutcome> {
  return database.transaction(async (tx) => {
    const [row] = await tx.query<Row>(
      `SELECT topic, partition, record_offset AS "offset", status, contract, source, event_id AS "eventId", record_key AS key, record_headers AS raw, headers, value
FROM hub.quarantine WHERE id = $1 FOR UPDATE`,
      [id.toString()],
    );
    if (row === undefined) return { kind: 'not-found' };
    if (row.status !== 'open') return { kind: 'settled', status: row.status };
    const { before, after } = row.topic === null ? editRequest(row, edit) : editRecord(row, row.topic, edit);
    if (!after.ok) return { kind: 'refused', faults: after.faults };
    const operation = await keep(tx, actor, id, before, after.value);
    return { kind: 'edited', operation };
  });
}

async function keep(tx: Transaction, actor: Actor, id: bigint, before: Bytes, after: Bytes): Promise<bigint> {
  const operation = await beginOperation(tx, actor, 'edit', { ids: [id] });
  await tx.query(
    `INSERT INTO hub.quarantine_edit (quarantine_id, operation, before_key, before_headers, before_value, after_key, after_headers, after_value)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`,
    [id.toString(), operation.toString(), before.key, before.headers, before.value, after.key, after.headers, after.value],
  );
  await endOperation(tx, operation, { edited: 1 });
  return operation;
}

const refused = (field: string, reason: Fault['reason'], detail: string): Checked<Bytes> => ({
  ok: false,
  faults: [{ field, reason, detail }],
});

/** A refused request is edited into the contract's JSON form, which the gateway's intake checks like any other. */
function editRequest(row: Row, edit: Edit): { before: Bytes; after: Checked<Bytes> } {
  const before = { key: null, headers: packHeaders(row.headers), value: row.value };
  const type = edit.type ?? row.contract ?? '';
  const contract = contractNamed(type);
  if (contract === undefined)
    return { before, after: refused('type', 'wrong-contract', `${JSON.stringify(type)} is no contract: name one`) };
  if (edit.data === undefined)
    return { before, after: refused('data', 'missing-field', `give the whole payload in the JSON form of ${contract.name}`) };
  const faults = payloadOf(contract, edit.data);
  if (!faults.ok) return { before, after: faults };
  const headers = packHeaders({
    ce_type: contract.name,
    ce_source: edit.source ?? row.source ?? '',
    ...((edit.id ?? row.eventId) ? { ce_id: edit.id ?? row.eventId } : {}),
    ...(edit.time === undefined ? {} : { ce_time: edit.time }),
  });
  return { before, after: { ok: true, value: { key: null, headers, value: Buffer.from(JSON.stringify(edit.data), 'utf8') } } };
}

function editRecord(row: Row, topic: string, edit: Edit): { before: Bytes; after: Checked<Bytes> } {
  const headers = row.raw === null ? row.headers : unpackHeaders(row.raw);
  const before = { key: row.key, headers: packHeaders(headers), value: row.value };
  const contract = contractOfTopic(topic) as unknown as Contract<unknown> | undefined;
  if (contract === undefined) return { before, after: refused('', 'wrong-contract', `no contract has the topic ${topic}`) };
  let value = row.value;
  if (edit.data !== undefined) {
    const payload = payloadOf(contract as unknown as AnyContract, edit.data);
    if (!payload.ok) return { before, after: payload };
    value = contract.encode(payload.value);
  }
  const text = (name: string): string => {
    const header = headers[name];
    const first: unknown = Array.isArray(header) ? header[0] : header;
    return Buffer.isBuffer(first) ? first.toString('utf8') : typeof first === 'string' ? first : '';
  };
  const source = edit.source ?? text('ce_source');
  const after: RawRecord = {
    topic,
    partition: row.partition ?? 0,
    offset: row.offset ?? 0n,
    key: row.key,
    value,
    headers: {
      ...headers,
      ...toHeaders({ id: edit.id ?? text('ce_id'), source, type: contract.name, time: edit.time ?? text('ce_time') }),
    },
    timestamp: 0,
  };
  const hasKey = row.key !== null && row.key.length > 0;
  const read = readRecord(hasKey ? after : { ...after, key: Buffer.from('?') }, contract as unknown as AnyContract);
  if (!read.ok) return { before, after: { ok: false, faults: read.faults } };
  const key = contract.key(read.event.value, source);
  if (hasKey && row.key?.toString('utf8') !== key)
    return {
      before,
      after: refused(
        'key',
        'conflict',
        `the record stands in the order of another key than ${JSON.stringify(key)}, to which the edit belongs`,
      ),
    };
  return { before, after: { ok: true, value: { key: Buffer.from(key, 'utf8'), headers: packHeaders(after.headers), value } } };
}

function payloadOf(contract: AnyContract, json: unknown): Checked<unknown> {
  const read = contract.fromJson(json) as Checked<unknown>;
  if (!read.ok) return read;
  const faults = (contract.rules as ((value: unknown) => Fault[]) | undefined)?.(read.value) ?? [];
  return faults.length === 0 ? read : { ok: false, faults };
}
