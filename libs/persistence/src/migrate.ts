import { DataSource, type MigrationInterface, type QueryRunner } from 'typeorm';
import type { Migration } from './migration.ts';

/** Key of the advisory lock under which migrations run: two migrators wait for each other (TypeORM itself does not, issue 4588). */
const LOCK = 7_305_114_201;
/** TypeORM orders migrations by the timestamp at the end of their name; ours are ordered by their id's number. */
const EPOCH = 1_700_000_000_000;

/**
 * Brings the schema up to date: runs, in the order of their numbers, the migrations that have not run yet, each in its own transaction,
 * and records them in `public.migrations`.
 * @returns ids of the migrations that ran now.
 */
export async function migrate(databaseUrl: string, migrations: readonly Migration[]): Promise<string[]> {
  const source = new DataSource({
    type: 'postgres',
    url: databaseUrl,
    applicationName: 'tributary migrate',
    migrations: [...migrations].sort((left, right) => (left.id < right.id ? -1 : 1)).map(asTypeOrm),
    migrationsTransactionMode: 'each',
    synchronize: false,
    poolSize: 3,
  });
  await source.initialize();
  const runner = source.createQueryRunner();
  try {
    await runner.query('SELECT pg_advisory_lock($1)', [LOCK]);
    const ran = await source.runMigrations();
    return ran.map((migration) => migration.name.replace(/\d{13}$/, ''));
  } finally {
    await runner.query('SELECT pg_advisory_unlock($1)', [LOCK]);
    await runner.release();
    await source.destroy();
  }
}

function asTypeOrm(migration: Migration): new () => MigrationInterface {
  const number = Number(/^(\d{4})-/.exec(migration.id)?.[1]);
  if (!Number.isInteger(number)) throw new TypeError(`migration ${migration.id} does not start with four digits`);
  return class implements MigrationInterface {
    readonly name = `${migration.id}${EPOCH + number}`;

    async up(runner: QueryRunner): Promise<void> {
      await migration.up({
        query: async (statement, values = []) =>
          (await runner.query(typeof statement === 'string' ? statement : statement.text, [...values])) as never,
      });
    }

    down(): Promise<void> {
      return Promise.reject(new Error('migrations go forward only: write the next one'));
    }
  };
}
