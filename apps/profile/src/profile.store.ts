import { createDocumentStore } from './document.store.ts';
import { createNodeStore } from './node.store.ts';
import { createProfileRowStore } from './profile-row.store.ts';
import { checkedSchema } from './profile-schema.ts';

/** All SQL of the profile stage, on the tables of one schema. */
export type ProfileStore = ReturnType<typeof createNodeStore> &
  ReturnType<typeof createDocumentStore> &
  ReturnType<typeof createProfileRowStore>;

/** Makes the store for a schema. Throws `TypeError` for a name that is not a plain identifier. */
export function createProfileStore(schema: string): ProfileStore {
  const name = checkedSchema(schema);
  return { ...createNodeStore(name), ...createDocumentStore(name), ...createProfileRowStore(name) };
}
