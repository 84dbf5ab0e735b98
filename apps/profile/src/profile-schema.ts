/** The schema of the profiles that are served. */
export const LIVE_SCHEMA = 'profile';

/** A schema's name as it may stand in SQL without quotes. Throws `TypeError` for any other. */
export function checkedSchema(schema: string): string {
  if (!/^[a-z_][a-z0-9_]{0,62}$/.test(schema)) throw new TypeError(`${JSON.stringify(schema)} is not a plain schema name`);
  return schema;
}
