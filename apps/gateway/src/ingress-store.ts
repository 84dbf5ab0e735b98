import type { Delivery } from '@tributary/connectors';
import {
  appendOutbox,
  byteaArray,
  ContentionError,
  eventKey,
  failureKind,
  int8Array,
  quarantine,
  textArray,
  uuidArray,
  type Database,
  type QuarantineRow,
  type Transaction,
} from '@tributary/persistence';
import type { AdmittedEvent, RefusedEvent } from './admit-event.ts';

/** What became of an event. */
export type IngressStatus = 'accepted' | 'duplicate' | 'conflict' | 'refused';

/** The database cannot be reached; the sender has to come again. */
export class StoreUnavailable extends Error {
  override readonly name = 'StoreUnavailable';
}

/** Milliseconds until a transaction must have begun: a sender is told within two seconds when the database is away. */
const BEGIN_DEADLINE = 1_500;
const ATTEMPTS = 4;
const GROUP = 'gateway';

// Sorted, so that two requests with the same events wait for each other instead of locking crosswise.
const INSERT = {
  name: 'ingress-insert',
  text: `INSERT INTO gateway.ingress (event, source, event_id, type, content_hash, raw)
SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::bytea[]) AS u (event) ORDER BY event
ON CONFLICT (event) DO NOTHING RETURNING event::text`,
};
const HASHES = {
  name: 'ingress-hashes',
  text: 'SELECT event::text, content_hash AS hash FROM gateway.ingress WHERE event = ANY ($1::uuid[])',
};

/**
 * Stores a request's events in one transaction: identity and raw bytes, the outbox rows of what is new, quarantine rows of what is refused
 * or in conflict. It has returned only once that is durable.
 * @param headers of the request; of what is refused those are kept that its connector reads.
 * @returns the status of each admitted event, in their order.
 * @throws StoreUnavailable when the database is away or too slow to begin.
 */
export async function storeEvents(
  database: Database,
  admitted: readonly AdmittedEvent[],
  refused: readonly RefusedEvent[],
  headers: Delivery['headers'] = {},
): Promise<readonly IngressStatus[]> {
  if (admitted.length === 0 && refused.length === 0) return [];
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await within(database, (tx) => store(tx, admitted, refused, keptHeaders(headers)));
    } catch (error) {
      const kind = failureKind(error);
      if (kind === 'contention' && attempt < ATTEMPTS) continue;
      if (kind === 'contention' || kind === 'infrastructure') throw new StoreUnavailable('the store is not available', { cause: error });
      throw error;
    }
  }
}

async function store(
  tx: Transaction,
  admitted: readonly AdmittedEvent[],
  refused: readonly RefusedEvent[],
  headers: Readonly<Record<string, string>>,
): Promise<readonly IngressStatus[]> {
  const first = new Map<string, AdmittedEvent>();
  const keys = admitted.map((event) => {
    const key = eventKey(event.source, event.id);
    if (!first.has(key)) first.set(key, event);
    return key;
  });
  const rows = [...first];
  const inserted = new Set(
    rows.length === 0
      ? []
      : (
          await tx.query<{ event: string }>(INSERT, [
            uuidArray(rows.map(([key]) => key)),
            textArray(rows.map(([, event]) => event.source)),
            textArray(rows.map(([, event]) => event.id)),
            textArray(rows.map(([, event]) => event.contract.name)),
            int8Array(rows.map(([, event]) => event.hash)),
            byteaArray(rows.map(([, event]) => event.raw)),
          ])
        ).map(({ event }) => event),
  );
  const known = rows.filter(([key]) => !inserted.has(key)).map(([key]) => key);
  const hashes = new Map(rows.map(([key, event]) => [key, event.hash]));
  if (known.length > 0) {
    const stored = await tx.query<{ event: string; hash: bigint }>(HASHES, [uuidArray(known)]);
    if (stored.length < known.length) throw new ContentionError('an event vanished between two statements');
    for (const { event, hash } of stored) hashes.set(event, hash);
  }
  const statuses = admitted.map((event, at): IngressStatus => {
    const key = keys[at] ?? '';
    if (inserted.has(key) && first.get(key) === event) return 'accepted';
    return hashes.get(key) === event.hash ? 'duplicate' : 'conflict';
  });
  await appendOutbox(
    tx,
    admitted
      .filter((_event, at) => statuses[at] === 'accepted')
      .map(({ contract, id, source, key, time, traceparent, value }) => ({
        contract,
        id,
        source,
        key,
        time,
        ...(traceparent === undefined ? {} : { traceparent }),
        value: () => value,
      })),
  );
  const conflicts = admitted.filter((_event, at) => statuses[at] === 'conflict');
  await quarantine(
    tx,
    [...conflicts.map(conflictRow), ...refused.map(refusedRow)].map((row) => ({ ...row, headers })),
  );
  return statuses;
}

const conflictRow = ({ source, id, contract, raw }: AdmittedEvent): QuarantineRow => ({
  ...row(source, id, contract.name, raw),
  faults: [{ field: 'id', reason: 'conflict', detail: 'this id was accepted before with other content, which stays in force' }],
});
const refusedRow = ({ source, id, type, faults, raw }: RefusedEvent): QuarantineRow => ({ ...row(source, id ?? '', type, raw), faults });

/** What a connector may need to read the body again; nothing that authenticates, nothing of the network. */
const KEPT = /^(content-type|ce-[a-z0-9]+|x-[a-z0-9]+-(topic|event|triggered-at))$/;
const keptHeaders = (headers: Delivery['headers']): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).flatMap(([name, value]) => (KEPT.test(name) && value !== undefined ? [[name, value.slice(0, 1_000)]] : [])),
  );

// An empty id instead of none: unique indexes let every null pass, and a sender that repeats itself would fill the table.
const row = (source: string, eventId: string, contract: string, value: Buffer): Omit<QuarantineRow, 'faults'> => ({
  group: GROUP,
  source,
  eventId: eventId.slice(0, 256),
  contract: contract === '' ? null : contract.slice(0, 256),
  schemaId: null,
  key: null,
  headers: {},
  value,
});

/** Runs a transaction, giving up when it has not begun in time; one that begins later still does nothing. */
async function within<T>(database: Database, work: (tx: Transaction) => Promise<T>): Promise<T> {
  let begun: () => void = () => undefined;
  let abandoned = false;
  const began = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const result = database.transaction((tx) => {
    if (abandoned) throw new StoreUnavailable('begun after its sender was told to come again');
    begun();
    return work(tx);
  });
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(() => {
      abandoned = true;
      reject(Object.assign(new StoreUnavailable(`no transaction within ${BEGIN_DEADLINE} ms`), { code: 'ETIMEDOUT' }));
    }, BEGIN_DEADLINE);
  });
  try {
    await Promise.race([began, result, deadline]);
    return await result;
  } finally {
    clearTimeout(timer);
    // When abandoned nobody waits for it any more: its end, either way, is the pool's business.
    if (abandoned) result.catch(() => undefined);
  }
}
