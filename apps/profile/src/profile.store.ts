import { createDocumentStore } from './document.store.ts';
import { createNodeStore } from './node.store.ts';
import { createProfileRowStore } from './profile-row.store.ts';

/** The schema of the profiles that are served. */
export const LIVE_SCHEMA = 'profile';

/** All SQL of the profile stage, on the tables of one schema. */
export type ProfileStore = ReturnType<typeof createNodeStore> &
  ReturnType<typeof createDocumentStore> &
  ReturnType<typeof createProfileRowStore>;

/** Makes the store for a schema. Throws `TypeError` for a name that is not a plain identifier. */
export function createProfileStore(schema: string): ProfileStore {
  const name = checkedSchema(schema);
  return { ...createNodeStore(name), ...createDocumentStore(name), ...createProfileRowStore(name) };
}

/** A schema's name as it may stand in SQL without quotes. Throws `TypeError` for any other. */
export function checkedSchema(schema: string): string {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) throw new TypeError(`${JSON.stringify(schema)} is not a plain schema name`);
  return schema;
}
