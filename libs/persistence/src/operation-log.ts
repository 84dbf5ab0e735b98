import type { Queryable } from './database.ts';
import { evidenceJson } from './quarantine.ts';

/** What a person may do to records that were not applied, to batches that cannot be read, and to events that the broker did not take. */
export type OperationKind = 'redrive' | 'discard' | 'edit' | 'replay' | 'free' | 'skip-batch' | 'rebuild';

/** Who does it and through what. */
export interface Actor {
  /** Name of the operating system's user, or of whoever stands behind the API. */
  readonly name: string;
  readonly via: 'cli' | 'api';
}

/** An operation as the log tells it; without a result it was broken off, or is still at work. */
export interface Operation {
  readonly id: bigint;
  readonly at: Date;
  readonly actor: string;
  readonly via: Actor['via'];
  readonly kind: OperationKind;
  readonly filter: unknown;
  readonly endedAt: Date | null;
  readonly result: unknown;
}

/** Notes that an operation begins, before it changes anything: one that is broken off still stands in the log. */
export async function beginOperation(db: Queryable, actor: Actor, kind: OperationKind, filter: unknown): Promise<bigint> {
  const [row] = await db.query<{ id: bigint }>(
    'INSERT INTO hub.operation (actor, via, kind, filter) VALUES ($1, $2, $3, $4) RETURNING id',
    [actor.name, actor.via, kind, evidenceJson(filter)],
  );
  if (row === undefined) throw new Error('an operation was not noted');
  return row.id;
}

/** Notes how an operation ended. */
export async function endOperation(db: Queryable, id: bigint, result: unknown): Promise<void> {
  await db.query(
    `INSERT INTO hub.operation (actor, via, kind, of, filter, result) SELECT actor, via, kind, id, '{}', $2 FROM hub.operation WHERE id = $1`,
    [id, evidenceJson(result)],
  );
}

/** The latest operations, latest first. @param before only operations with smaller ids. */
export async function listOperations(db: Queryable, limit: number, before: string | null = null): Promise<Operation[]> {
  return db.query<Operation>(
    `SELECT o.id, o.at, o.actor, o.via, o.kind, o.filter, e.at AS "endedAt", e.result
FROM hub.operation o LEFT JOIN hub.operation e ON e.of = o.id WHERE o.of IS NULL AND ($2::bigint IS NULL OR o.id < $2) ORDER BY o.id DESC LIMIT $1`,
    [limit, before],
  );
}
