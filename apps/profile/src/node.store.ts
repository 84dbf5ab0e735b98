import { boolArray, int8Array, textArray, uuidArray, type Transaction } from '@tributary/persistence';
import { nodeStateText, readNodeState, type NodeStateJson } from './node-state-json.ts';
import type { StoredEdge, StoredNode } from './stored-rows.ts';

const NODE_COLUMNS = `node, kind, scope, display, first_seen AS "firstSeen", profile_id AS "profileId", shared, state`;
type NodeRow = Omit<StoredNode, 'firstSeen' | 'state'> & { firstSeen: bigint; state: NodeStateJson | null };
const asNode = ({ node, kind, scope, display, firstSeen, profileId, shared, state }: NodeRow): StoredNode => ({
  node,
  kind,
  scope,
  display,
  firstSeen: Number(firstSeen),
  profileId,
  shared,
  state: state === null ? null : readNodeState(state),
});

const stateText = ({ state }: StoredNode): string | null => (state === null ? null : nodeStateText(state));

const nodeColumns = (rows: readonly StoredNode[]): Buffer[] => [
  uuidArray(rows, (row) => row.node),
  textArray(rows, (row) => row.kind),
  textArray(rows, (row) => row.scope),
  textArray(rows, (row) => row.display),
  int8Array(rows, (row) => row.firstSeen),
  uuidArray(rows, (row) => row.profileId),
  boolArray(rows, (row) => row.shared),
  textArray(rows, stateText),
];
const NODE_ROWS = `(SELECT u.node, u.kind, u.scope, u.display, u.first_seen, u.profile_id, u.shared, u.state::json
FROM unnest($1::uuid[], $2::text[], $3::text[], $4::text[], $5::bigint[], $6::uuid[], $7::boolean[], $8::text[]) AS u (node, kind, scope, display, first_seen, profile_id, shared, state))`;
const byNode = (rows: readonly StoredNode[]): StoredNode[] => [...rows].sort((left, right) => (left.node < right.node ? -1 : 1));

/** Identity nodes and the edges between them, in the tables of one schema. */
export const createNodeStore = (schema: string) => ({
  /** Which profiles nodes belong to; no lock. Nodes that are not there are left out. */
  async findNodes(tx: Transaction, nodes: readonly string[]): Promise<Pick<StoredNode, 'node' | 'profileId'>[]> {
    if (nodes.length === 0) return [];
    return tx.query(
      { name: `${schema}-find`, text: `SELECT node, profile_id AS "profileId" FROM ${schema}.node WHERE node = ANY($1::uuid[])` },
      [uuidArray(nodes)],
    );
  },

  /** All nodes of profiles. */
  async loadMembers(tx: Transaction, profiles: readonly string[]): Promise<StoredNode[]> {
    if (profiles.length === 0) return [];
    const rows = await tx.query<NodeRow>(
      { name: `${schema}-members`, text: `SELECT ${NODE_COLUMNS} FROM ${schema}.node WHERE profile_id = ANY($1::uuid[])` },
      [uuidArray(profiles)],
    );
    return rows.map(asNode);
  },

  /** Edges that start at or lead to the nodes. */
  async loadEdges(tx: Transaction, from: readonly string[], to: readonly string[]): Promise<StoredEdge[]> {
    if (from.length + to.length === 0) return [];
    const columns =
      'edge, from_node AS "from", to_node AS "to", seen_at AS "seenAt", rule, evidence_source AS "evidenceSource", evidence_id AS "evidenceId"';
    const rows = await tx.query<Omit<StoredEdge, 'seenAt'> & { seenAt: bigint }>(
      {
        name: `${schema}-edges`,
        text: `SELECT ${columns} FROM ${schema}.edge WHERE from_node = ANY($1::uuid[]) UNION SELECT ${columns} FROM ${schema}.edge WHERE to_node = ANY($2::uuid[])`,
      },
      [uuidArray(from), uuidArray(to)],
    );
    return rows.map((row) => ({ ...row, seenAt: Number(row.seenAt) }));
  },

  /** Inserts new nodes. One that another transaction made meanwhile is a unique violation: the batch tries again and finds it. */
  insertNodes(tx: Transaction, nodes: readonly StoredNode[]): void {
    if (nodes.length === 0) return;
    tx.send(
      {
        name: `${schema}-insert-nodes`,
        text: `INSERT INTO ${schema}.node (node, kind, scope, display, first_seen, profile_id, shared, state) ${NODE_ROWS}`,
      },
      nodeColumns(byNode(nodes)),
    );
  },

  /** Writes changed nodes; their profiles are locked. */
  updateNodes(tx: Transaction, nodes: readonly StoredNode[]): void {
    if (nodes.length === 0) return;
    const sorted = byNode(nodes);
    tx.send(
      {
        name: `${schema}-update-nodes`,
        text: `UPDATE ${schema}.node n SET first_seen = u.first_seen, profile_id = u.profile_id, shared = u.shared, state = u.state::json
    FROM unnest($1::uuid[], $2::bigint[], $3::uuid[], $4::boolean[], $5::text[]) AS u (node, first_seen, profile_id, shared, state) WHERE n.node = u.node`,
      },
      [
        uuidArray(sorted, (row) => row.node),
        int8Array(sorted, (row) => row.firstSeen),
        uuidArray(sorted, (row) => row.profileId),
        boolArray(sorted, (row) => row.shared),
        textArray(sorted, stateText),
      ],
    );
  },

  /** Writes new edges; one that is known keeps its first evidence. */
  saveEdges(tx: Transaction, edges: readonly StoredEdge[]): void {
    if (edges.length === 0) return;
    tx.send(
      {
        name: `${schema}-save-edges`,
        text: `INSERT INTO ${schema}.edge AS e (edge, from_node, to_node, seen_at, rule, evidence_source, evidence_id)
    SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::text[], $7::text[])
    ON CONFLICT (edge) DO UPDATE SET seen_at = excluded.seen_at, evidence_source = excluded.evidence_source, evidence_id = excluded.evidence_id WHERE excluded.seen_at < e.seen_at`,
      },
      [
        uuidArray(edges, (row) => row.edge),
        uuidArray(edges, (row) => row.from),
        uuidArray(edges, (row) => row.to),
        int8Array(edges, (row) => row.seenAt),
        textArray(edges, (row) => row.rule),
        textArray(edges, (row) => row.evidenceSource),
        textArray(edges, (row) => row.evidenceId),
      ],
    );
  },
});
