import type { RepairPort } from '@tributary/app-console';
import { editQuarantined, redrive, type Database } from '@tributary/persistence';
import type { Config } from '@tributary/runtime';
import { redrivePorts } from '../repair/redrive-ports.ts';

/** Most records that one request redrives. */
const LIMIT = 1_000;

/** What the console changes the quarantine with: the stages and the intake of this hub. */
export function consoleRepair(database: Database, config: Config): RepairPort {
  const ports = redrivePorts(database, config);
  return {
    redrive: (action, filter, dryRun, name) => redrive(ports, { action, filter, dryRun, actor: { name, via: 'api' }, limit: LIMIT }),
    edit: (id, edit, name) => editQuarantined(database, { name, via: 'api' }, id, edit),
  };
}
