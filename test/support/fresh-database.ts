import { randomUUID } from 'node:crypto';
import { Database, hubMigrations, maintainPartitions, migrate, type Migration } from '@tributary/persistence';

/** A database of its own for one spec, on the server that DATABASE_URL names. */
export interface FreshDatabase {
  readonly url: string;
  readonly database: Database;
  drop(): Promise<void>;
}

/** Creates an empty database with the hub's tables and those of the given migrations. */
export async function freshDatabase(migrations: readonly Migration[]): Promise<FreshDatabase> {
  const server = process.env.DATABASE_URL;
  if (server === undefined) throw new Error('DATABASE_URL is not set: run the int project, which starts the services');
  const name = `spec_${randomUUID().replaceAll('-', '')}`;
  const admin = new Database({ url: server, max: 1, applicationName: 'spec admin' });
  await admin.query(`CREATE DATABASE ${name}`);
  const url = Object.assign(new URL(server), { pathname: `/${name}` }).href;
  await migrate(url, [...hubMigrations, ...migrations]);
  const database = new Database({ url, max: 2, applicationName: 'spec' });
  await maintainPartitions(database, new Date(), { inboxMonths: 1, outboxDays: 1 });
  return {
    url,
    database,
    async drop() {
      await database.close();
      await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
      await admin.close();
    },
  };
}
