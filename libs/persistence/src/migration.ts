import type { Queryable } from './database.ts';

/**
 * One step of the schema, forward only. `id` orders steps over all apps (`0100-profile-tables`); a merged one is never edited.
 */
export interface Migration {
  readonly id: string;
  readonly up: (db: Queryable) => Promise<unknown>;
}

/** A migration that is plain SQL. */
export const sqlMigration = (id: string, sql: string): Migration => ({ id, up: (db) => db.query(sql) });
