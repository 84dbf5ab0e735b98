import { int4Array, int8Array, textArray, uuidArray, type Transaction } from '@tributary/persistence';
import type { DocumentKey, StoredDocument } from './stored-rows.ts';

type DocumentRow = Omit<StoredDocument, 'occurredAt'> & { occurredAt: bigint };
const DOCUMENT_COLUMNS = `kind, source, document_id AS "documentId", version, hash, node, occurred_at AS "occurredAt", currency, orders, gross, returned, paid,
  invoiced, settled, interactions, complaints, detail, score, cause_source AS "causeSource", cause_id AS "causeId", topic, partition, record_offset AS "offset"`;
const asDocument = (row: DocumentRow): StoredDocument => ({ ...row, occurredAt: Number(row.occurredAt) });

const DOCUMENT_ROWS = `SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::uuid[], $7::bigint[], $8::text[], $9::int[], $10::bigint[], $11::bigint[],
  $12::bigint[], $13::bigint[], $14::bigint[], $15::text[], $16::int[], $17::text[], $18::text[], $19::text[], $20::int[], $21::bigint[], $22::int[], $23::int[])`;
const DOCUMENT_NAMES = `kind, source, document_id, version, hash, node, occurred_at, currency, orders, gross, returned, paid, invoiced, settled, detail, score,
  cause_source, cause_id, topic, partition, record_offset, interactions, complaints`;
function documentColumns(rows: readonly StoredDocument[]): Buffer[] {
  const text = (read: (row: StoredDocument) => string | null): Buffer => textArray(rows, read);
  const big = (read: (row: StoredDocument) => bigint | number): Buffer => int8Array(rows, read);
  const int = (read: (row: StoredDocument) => number | null): Buffer => int4Array(rows, read);
  return [
    text((row) => row.kind),
    text((row) => row.source),
    text((row) => row.documentId),
    big((row) => row.version),
    big((row) => row.hash),
    uuidArray(rows, (row) => row.node),
    big((row) => row.occurredAt),
    text((row) => row.currency),
    int((row) => row.orders),
    big((row) => row.gross),
    big((row) => row.returned),
    big((row) => row.paid),
    big((row) => row.invoiced),
    big((row) => row.settled),
    text((row) => row.detail),
    int((row) => row.score),
    text((row) => row.causeSource),
    text((row) => row.causeId),
    text((row) => row.topic),
    int((row) => row.partition),
    big((row) => row.offset),
    int((row) => row.interactions),
    int((row) => row.complaints),
  ];
}

/** Key of the advisory lock under which documents of an order meet; each schema has its own. */
const orderLock = (schema: string): string => `hashtextextended('${schema} orders', 0)`;

/** Documents and what they contribute, in the table of one schema. */
export const createDocumentStore = (schema: string) => ({
  /**
   * Lets a transaction that found no order for a document (exclusive) wait for those that bring orders, and the other way round: otherwise
   * neither would see the other, and the document would stay with a guest for ever.
   */
  lockOrders(tx: Transaction, mode: 'shared' | 'exclusive'): void {
    tx.send(
      mode === 'shared'
        ? { name: `${schema}-orders-shared`, text: `SELECT pg_advisory_xact_lock_shared(${orderLock(schema)})` }
        : { name: `${schema}-orders`, text: `SELECT pg_advisory_xact_lock(${orderLock(schema)})` },
    );
  },

  /** Documents by key. */
  async loadDocuments(tx: Transaction, keys: readonly DocumentKey[]): Promise<StoredDocument[]> {
    if (keys.length === 0) return [];
    const rows = await tx.query<DocumentRow>(
      {
        name: `${schema}-documents`,
        // Key by key: a plan made while the table was small would read all of it for every batch of a few events.
        text: `SELECT d.* FROM unnest($1::text[], $2::text[], $3::text[]) AS u (a, b, c)
    CROSS JOIN LATERAL (SELECT ${DOCUMENT_COLUMNS} FROM ${schema}.document WHERE kind = u.a AND source = u.b AND document_id = u.c LIMIT 1) d`,
      },
      [textArray(keys, (key) => key.kind), textArray(keys, (key) => key.source), textArray(keys, (key) => key.documentId)],
    );
    return rows.map(asDocument);
  },

  /** Every document of nodes, for a split. */
  async documentsOfNodes(tx: Transaction, nodes: readonly string[]): Promise<StoredDocument[]> {
    return (
      await tx.query<DocumentRow>(
        `SELECT ${DOCUMENT_COLUMNS} FROM ${schema}.document WHERE node = ANY($1::uuid[]) ORDER BY kind, source, document_id`,
        [uuidArray(nodes)],
      )
    ).map(asDocument);
  },

  /** First and last order that counts, by node, from the documents. */
  async orderBounds(tx: Transaction, nodes: readonly string[]): Promise<Map<string, { first: number; last: number }>> {
    const rows = await tx.query<{ node: string; first: bigint; last: bigint }>(
      `SELECT node, min(occurred_at) AS first, max(occurred_at) AS last FROM ${schema}.document WHERE node = ANY($1::uuid[]) AND orders > 0 GROUP BY node`,
      [uuidArray(nodes)],
    );
    return new Map(rows.map((row) => [row.node, { first: Number(row.first), last: Number(row.last) }]));
  },

  /** Inserts new documents. One that another transaction made meanwhile is a unique violation: the batch tries again and finds it. */
  insertDocuments(tx: Transaction, rows: readonly StoredDocument[]): void {
    if (rows.length === 0) return;
    tx.send(
      { name: `${schema}-insert-documents`, text: `INSERT INTO ${schema}.document (${DOCUMENT_NAMES}) ${DOCUMENT_ROWS} ORDER BY 1, 2, 3` },
      documentColumns(rows),
    );
  },

  /** Writes documents that have a newer version. */
  updateDocuments(tx: Transaction, rows: readonly StoredDocument[]): void {
    if (rows.length === 0) return;
    tx.send(
      {
        name: `${schema}-update-documents`,
        text: `UPDATE ${schema}.document d SET version = u.version, hash = u.hash, node = u.node, occurred_at = u.occurred_at, currency = u.currency, orders = u.orders,
      gross = u.gross, returned = u.returned, paid = u.paid, invoiced = u.invoiced, settled = u.settled, detail = u.detail, score = u.score,
      cause_source = u.cause_source, cause_id = u.cause_id, topic = u.topic, partition = u.partition, record_offset = u.record_offset,
      interactions = u.interactions, complaints = u.complaints
    FROM (${DOCUMENT_ROWS}) AS u (${DOCUMENT_NAMES}) WHERE d.kind = u.kind AND d.source = u.source AND d.document_id = u.document_id AND d.version < u.version`,
      },
      documentColumns(rows),
    );
  },
});
