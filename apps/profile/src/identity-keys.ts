import { createHmac, hash } from 'node:crypto';
import { nodeId, type IdentifierKind } from '@tributary/matching';
import type { Queryable } from '@tributary/persistence';
import { LIVE_SCHEMA } from './profile.store.ts';

/** Keyed hashes of identifiers, and ids of the edges between them; handed in, so that folding stays pure. */
export interface IdentityKeys {
  node(kind: IdentifierKind, scope: string, value: string): string;
  edge(from: string, to: string): string;
}

/** Keyed hashes (HMAC-SHA256, 128 bits): a dump of the database gives no address away and cannot be guessed without the key. */
export function identityKeys(identityKey: string | Buffer): IdentityKeys {
  const uuid = (hex: string): string =>
    `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20, 32)}`;
  return {
    node: (kind, scope, value) =>
      uuid(
        createHmac('sha256', identityKey)
          .update(nodeId(kind, scope, value))
          .digest('hex'),
      ),
    edge: (from, to) => uuid(hash('sha256', `${from}${to}`)),
  };
}

/** Whether a key is the one that the stored identifiers were made with; `true` when there is none to tell by. */
export async function isIdentityKey(db: Queryable, identityKey: string | Buffer): Promise<boolean> {
  const [row] = await db.query<{ node: string; scope: string; display: string }>(
    `SELECT node, scope, display FROM ${LIVE_SCHEMA}.node WHERE kind = 'source-customer' LIMIT 1`,
  );
  return row === undefined || identityKeys(identityKey).node('source-customer', row.scope, row.display) === row.node;
}
