import type { Database, Transaction } from '@tributary/persistence';

/** Key of the advisory lock between batches, which note series as changed, and the beginning of a look. */
const LOOK_LOCK = `hashtextextended('forecast look', 0)`;

const HOLD = { name: 'forecast-hold-look', text: `SELECT pg_advisory_xact_lock_shared(${LOOK_LOCK})` };
// The timeline is another after a failover or a restore, which may have lost commits.
const CURRENT = {
  name: 'forecast-look',
  text: 'SELECT number, left(pg_walfile_name(pg_current_wal_lsn()), 8) AS timeline FROM forecast.look',
};

/** The look that comes next, and on which of the database's timelines. */
export interface Look {
  readonly number: bigint;
  readonly timeline: string;
}

/**
 * The look that the next one will be: what changes now is noted under its number. No look begins until the transaction ends, so that a
 * look sees everything that was noted under its number or a smaller one.
 */
export async function holdLook(tx: Transaction): Promise<Look> {
  tx.send(HOLD);
  // A statement of its own: it has to see what was committed while the lock was waited for.
  const [row] = await tx.query<Look>(CURRENT);
  if (row === undefined) throw new Error('forecast.look is empty');
  return row;
}

/**
 * Begins a look at the series, once every batch under way has ended.
 * @returns its number: whatever was noted under it or a smaller one is committed and seen by what is read from now on.
 */
export function beginLook(database: Database): Promise<bigint> {
  return database.transaction(async (tx) => {
    tx.send(`SELECT pg_advisory_xact_lock(${LOOK_LOCK})`);
    const [row] = await tx.query<{ number: bigint }>('UPDATE forecast.look SET number = number + 1 RETURNING number - 1 AS number');
    if (row === undefined) throw new Error('forecast.look is empty');
    return row.number;
  });
}
