export { Database, type DatabaseOptions, type Queryable, type Statement, type Transaction } from './database.ts';
export { hubMigrations } from './hub-migrations.ts';
export { sqlMigration, type Migration } from './migration.ts';
export type { Disposition, HubEvent, OutboxEvent, RawRecord, Stage, UnitOfWork } from './stage.ts';
