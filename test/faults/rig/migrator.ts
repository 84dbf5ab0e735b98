/** A process that brings the tables of DATABASE_URL up to date, as `tributary migrate` does, and says how many steps it ran. */
import { migrate } from '@tributary/persistence';
import { allMigrations } from '../../../cli/src/all-migrations.ts';

const ran = await migrate(process.env.DATABASE_URL ?? '', allMigrations);
process.stdout.write(`${ran.length}\n`);
