import type { IdentifierKind } from '@tributary/matching';
import { int4Array, int8Array, textArray, uuidArray, type Transaction } from '@tributary/persistence';
import type { DocumentKind, NodeState } from './node-state.ts';
import { fromNodeStateJson, toNodeStateJson, type NodeStateJson } from './node-state-json.ts';
import type { ProfileView } from './combine-profile.ts';

/** An identity node as stored. */
export interface StoredNode {
  readonly node: string;
  readonly kind: IdentifierKind;
  readonly scope: string;
  readonly display: string;
  readonly firstSeen: number;
  readonly profileId: string;
  /** Shared by more customers than one person can be: links nobody. */
  readonly shared: boolean;
  readonly state: NodeState | null;
}

export interface StoredEdge {
  readonly edge: string;
  readonly from: string;
  readonly to: string;
  readonly seenAt: number;
  readonly rule: string;
  readonly evidenceSource: string;
  readonly evidenceId: string;
}

/** A document with what it contributes and which record said so. */
export interface StoredDocument {
  readonly kind: DocumentKind | 'CUSTOMER';
  readonly source: string;
  readonly documentId: string;
  readonly version: bigint;
  readonly hash: bigint;
  readonly node: string;
  readonly occurredAt: number;
  readonly currency: string | null;
  readonly orders: number;
  readonly gross: bigint;
  readonly returned: bigint;
  readonly paid: bigint;
  readonly invoiced: bigint;
  readonly settled: bigint;
  readonly interactions: number;
  readonly complaints: number;
  readonly detail: string | null;
  readonly score: number | null;
  readonly causeSource: string;
  readonly causeId: string;
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
}

export interface StoredProfile {
  readonly profileId: string;
  /** First time anything was seen of it, microseconds: the older one survives a merge. */
  readonly since: number;
  readonly mergedInto: string | null;
  readonly mergedFrom: readonly string[];
}

export type DocumentKey = Pick<StoredDocument, 'kind' | 'source' | 'documentId'>;

const NODE_COLUMNS = `node, kind, scope, display, first_seen AS "firstSeen", profile_id AS "profileId", shared, state`;
type NodeRow = Omit<StoredNode, 'firstSeen' | 'state'> & { firstSeen: bigint; state: NodeStateJson | null };
const asNode = (row: NodeRow): StoredNode => ({
  ...row,
  firstSeen: Number(row.firstSeen),
  state: row.state === null ? null : fromNodeStateJson(row.state),
});

/** Nodes by key; no lock. */
export async function loadNodes(tx: Transaction, nodes: readonly string[]): Promise<StoredNode[]> {
  if (nodes.length === 0) return [];
  const rows = await tx.query<NodeRow>(
    { name: 'profile-nodes', text: `SELECT ${NODE_COLUMNS} FROM profile.node WHERE node = ANY($1::uuid[])` },
    [uuidArray(nodes)],
  );
  return rows.map(asNode);
}

/** All nodes of profiles. */
export async function loadMembers(tx: Transaction, profiles: readonly string[]): Promise<StoredNode[]> {
  if (profiles.length === 0) return [];
  const rows = await tx.query<NodeRow>(
    { name: 'profile-members', text: `SELECT ${NODE_COLUMNS} FROM profile.node WHERE profile_id = ANY($1::uuid[])` },
    [uuidArray(profiles)],
  );
  return rows.map(asNode);
}

/** Profiles by id under lock, in id order: every writer takes the locks in the same order, so none waits in a ring. */
export async function lockProfiles(tx: Transaction, profiles: readonly string[]): Promise<StoredProfile[]> {
  if (profiles.length === 0) return [];
  const rows = await tx.query<{ profileId: string; since: bigint; mergedInto: string | null; mergedFrom: string[] | null }>(
    {
      name: 'profile-lock',
      text: `SELECT profile_id AS "profileId", since, merged_into AS "mergedInto", document->'mergedFrom' AS "mergedFrom" FROM profile.profile
WHERE profile_id = ANY($1::uuid[]) ORDER BY profile_id FOR UPDATE`,
    },
    [uuidArray([...profiles].sort())],
  );
  return rows.map((row) => ({ ...row, since: Number(row.since), mergedFrom: row.mergedFrom ?? [] }));
}

/** Edges that start at or lead to the nodes. */
export async function loadEdges(tx: Transaction, from: readonly string[], to: readonly string[]): Promise<StoredEdge[]> {
  if (from.length + to.length === 0) return [];
  const columns =
    'edge, from_node AS "from", to_node AS "to", seen_at AS "seenAt", rule, evidence_source AS "evidenceSource", evidence_id AS "evidenceId"';
  const rows = await tx.query<Omit<StoredEdge, 'seenAt'> & { seenAt: bigint }>(
    {
      name: 'profile-edges',
      text: `SELECT ${columns} FROM profile.edge WHERE from_node = ANY($1::uuid[]) UNION SELECT ${columns} FROM profile.edge WHERE to_node = ANY($2::uuid[])`,
    },
    [uuidArray(from), uuidArray(to)],
  );
  return rows.map((row) => ({ ...row, seenAt: Number(row.seenAt) }));
}

/** Key of the advisory lock under which documents of an order meet. */
const ORDER_LOCK = 7_305_114_203n;

/**
 * Lets a transaction that found no order for a document (exclusive) wait for those that bring orders, and the other way round: otherwise
 * neither would see the other, and the document would stay with a guest for ever.
 */
export async function lockOrders(tx: Transaction, mode: 'shared' | 'exclusive'): Promise<void> {
  await tx.query(
    mode === 'shared'
      ? { name: 'profile-orders-shared', text: 'SELECT pg_advisory_xact_lock_shared($1)' }
      : { name: 'profile-orders', text: 'SELECT pg_advisory_xact_lock($1)' },
    [ORDER_LOCK],
  );
}

type DocumentRow = Omit<StoredDocument, 'occurredAt'> & { occurredAt: bigint };
const DOCUMENT_COLUMNS = `kind, source, document_id AS "documentId", version, hash, node, occurred_at AS "occurredAt", currency, orders, gross, returned, paid,
  invoiced, settled, interactions, complaints, detail, score, cause_source AS "causeSource", cause_id AS "causeId", topic, partition, record_offset AS "offset"`;
const asDocument = (row: DocumentRow): StoredDocument => ({ ...row, occurredAt: Number(row.occurredAt) });

/** Documents by key. */
export async function loadDocuments(tx: Transaction, keys: readonly DocumentKey[]): Promise<StoredDocument[]> {
  if (keys.length === 0) return [];
  const rows = await tx.query<DocumentRow>(
    {
      name: 'profile-documents',
      text: `SELECT ${DOCUMENT_COLUMNS} FROM profile.document WHERE (kind, source, document_id) IN (SELECT * FROM unnest($1::text[], $2::text[], $3::text[]))`,
    },
    [textArray(keys.map((key) => key.kind)), textArray(keys.map((key) => key.source)), textArray(keys.map((key) => key.documentId))],
  );
  return rows.map(asDocument);
}

/** Every document of nodes, for a split. */
export async function documentsOfNodes(tx: Transaction, nodes: readonly string[]): Promise<StoredDocument[]> {
  return (
    await tx.query<DocumentRow>(
      `SELECT ${DOCUMENT_COLUMNS} FROM profile.document WHERE node = ANY($1::uuid[]) ORDER BY kind, source, document_id`,
      [uuidArray(nodes)],
    )
  ).map(asDocument);
}

/** First and last order that counts, by node, from the documents. */
export async function orderBounds(tx: Transaction, nodes: readonly string[]): Promise<Map<string, { first: number; last: number }>> {
  const rows = await tx.query<{ node: string; first: bigint; last: bigint }>(
    'SELECT node, min(occurred_at) AS first, max(occurred_at) AS last FROM profile.document WHERE node = ANY($1::uuid[]) AND orders > 0 GROUP BY node',
    [uuidArray(nodes)],
  );
  return new Map(rows.map((row) => [row.node, { first: Number(row.first), last: Number(row.last) }]));
}

const nodeColumns = (rows: readonly StoredNode[]): Buffer[] => [
  uuidArray(rows.map((row) => row.node)),
  textArray(rows.map((row) => row.kind)),
  textArray(rows.map((row) => row.scope)),
  textArray(rows.map((row) => row.display)),
  int8Array(rows.map((row) => BigInt(row.firstSeen))),
  uuidArray(rows.map((row) => row.profileId)),
  textArray(rows.map((row) => String(row.shared))),
  textArray(rows.map((row) => (row.state === null ? null : JSON.stringify(toNodeStateJson(row.state))))),
];
const NODE_ROWS = `(SELECT u.node, u.kind, u.scope, u.display, u.first_seen, u.profile_id, u.shared::boolean, u.state::jsonb
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::uuid[], $7::text[], $8::text[]) AS u (node, kind, scope, display, first_seen, profile_id, shared, state))`;
const byNode = (rows: readonly StoredNode[]): StoredNode[] => [...rows].sort((left, right) => (left.node < right.node ? -1 : 1));

/** Inserts new nodes. One that another transaction made meanwhile is a unique violation: the batch tries again and finds it. */
export async function insertNodes(tx: Transaction, nodes: readonly StoredNode[]): Promise<void> {
  if (nodes.length === 0) return;
  await tx.query(
    {
      name: 'profile-insert-nodes',
      text: `INSERT INTO profile.node (node, kind, scope, display, first_seen, profile_id, shared, state) ${NODE_ROWS}`,
    },
    nodeColumns(byNode(nodes)),
  );
}

/** Writes changed nodes; their profiles are locked. */
export async function updateNodes(tx: Transaction, nodes: readonly StoredNode[]): Promise<void> {
  if (nodes.length === 0) return;
  await tx.query(
    {
      name: 'profile-update-nodes',
      text: `UPDATE profile.node n SET first_seen = u.first_seen, profile_id = u.profile_id, shared = u.shared, state = u.state
FROM ${NODE_ROWS} AS u WHERE n.node = u.node`,
    },
    nodeColumns(byNode(nodes)),
  );
}

/** Writes new edges; one that is known keeps its first evidence. */
export async function saveEdges(tx: Transaction, edges: readonly StoredEdge[]): Promise<void> {
  if (edges.length === 0) return;
  await tx.query(
    {
      name: 'profile-save-edges',
      text: `INSERT INTO profile.edge AS e (edge, from_node, to_node, seen_at, rule, evidence_source, evidence_id)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::text[])
ON CONFLICT (edge) DO UPDATE SET seen_at = excluded.seen_at, evidence_source = excluded.evidence_source, evidence_id = excluded.evidence_id WHERE excluded.seen_at < e.seen_at`,
    },
    [
      uuidArray(edges.map((row) => row.edge)),
      uuidArray(edges.map((row) => row.from)),
      uuidArray(edges.map((row) => row.to)),
      int8Array(edges.map((row) => BigInt(row.seenAt))),
      textArray(edges.map((row) => row.rule)),
      textArray(edges.map((row) => row.evidenceSource)),
      textArray(edges.map((row) => row.evidenceId)),
    ],
  );
}

const DOCUMENT_ROWS = `SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::bigint[], $6::uuid[], $7::bigint[], $8::text[], $9::int[], $10::bigint[], $11::bigint[],
  $12::bigint[], $13::bigint[], $14::bigint[], $15::text[], $16::int[], $17::text[], $18::text[], $19::text[], $20::int[], $21::bigint[], $22::int[], $23::int[])`;
const DOCUMENT_NAMES = `kind, source, document_id, version, hash, node, occurred_at, currency, orders, gross, returned, paid, invoiced, settled, detail, score,
  cause_source, cause_id, topic, partition, record_offset, interactions, complaints`;
function documentColumns(rows: readonly StoredDocument[]): Buffer[] {
  const text = (read: (row: StoredDocument) => string | null): Buffer => textArray(rows.map(read));
  const big = (read: (row: StoredDocument) => bigint): Buffer => int8Array(rows.map(read));
  const int = (read: (row: StoredDocument) => number | null): Buffer => int4Array(rows.map(read));
  return [
    text((row) => row.kind),
    text((row) => row.source),
    text((row) => row.documentId),
    big((row) => row.version),
    big((row) => row.hash),
    uuidArray(rows.map((row) => row.node)),
    big((row) => BigInt(row.occurredAt)),
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

/** Inserts new documents. One that another transaction made meanwhile is a unique violation: the batch tries again and finds it. */
export async function insertDocuments(tx: Transaction, rows: readonly StoredDocument[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    { name: 'profile-insert-documents', text: `INSERT INTO profile.document (${DOCUMENT_NAMES}) ${DOCUMENT_ROWS} ORDER BY 1, 2, 3` },
    documentColumns(rows),
  );
}

/** Writes documents that have a newer version. */
export async function updateDocuments(tx: Transaction, rows: readonly StoredDocument[]): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    {
      name: 'profile-update-documents',
      text: `UPDATE profile.document d SET version = u.version, hash = u.hash, node = u.node, occurred_at = u.occurred_at, currency = u.currency, orders = u.orders,
  gross = u.gross, returned = u.returned, paid = u.paid, invoiced = u.invoiced, settled = u.settled, detail = u.detail, score = u.score,
  cause_source = u.cause_source, cause_id = u.cause_id, topic = u.topic, partition = u.partition, record_offset = u.record_offset,
  interactions = u.interactions, complaints = u.complaints
FROM (${DOCUMENT_ROWS}) AS u (${DOCUMENT_NAMES}) WHERE d.kind = u.kind AND d.source = u.source AND d.document_id = u.document_id AND d.version < u.version`,
    },
    documentColumns(rows),
  );
}

/** A profile as it is written: its view, or where it went. */
export interface ProfileWrite {
  readonly profileId: string;
  readonly since: number;
  readonly mergedInto: string | null;
  /** False for identifiers that nothing was said of, and for what was merged away. */
  readonly visible: boolean;
  readonly view: ProfileView;
}

/** Writes profiles, one statement. */
export async function saveProfiles(tx: Transaction, profiles: readonly ProfileWrite[]): Promise<void> {
  if (profiles.length === 0) return;
  const sorted = [...profiles].sort((left, right) => (left.profileId < right.profileId ? -1 : 1));
  await tx.query(
    {
      name: 'profile-save-profiles',
      text: `INSERT INTO profile.profile AS p (profile_id, since, merged_into, document, search, updated_at, visible)
SELECT u.profile_id, u.since, u.merged_into, u.document::jsonb, u.search, u.updated_at, u.visible::boolean
FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::text[], $5::text[], $6::bigint[], $7::text[]) AS u (profile_id, since, merged_into, document, search, updated_at, visible)
ON CONFLICT (profile_id) DO UPDATE SET since = least(p.since, excluded.since), merged_into = excluded.merged_into, document = excluded.document, search = excluded.search, updated_at = excluded.updated_at, visible = excluded.visible`,
    },
    [
      uuidArray(sorted.map((row) => row.profileId)),
      int8Array(sorted.map((row) => BigInt(row.since))),
      uuidArray(sorted.map((row) => row.mergedInto)),
      textArray(
        sorted.map((row) => JSON.stringify(row.view, (_key, value: unknown) => (typeof value === 'bigint' ? value.toString() : value))),
      ),
      textArray(sorted.map((row) => [row.view.name, row.view.email, row.view.phone].filter(Boolean).join(' ').toLowerCase())),
      int8Array(sorted.map((row) => BigInt(row.view.updatedAt))),
      textArray(sorted.map((row) => String(row.visible))),
    ],
  );
}
