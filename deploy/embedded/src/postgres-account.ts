import { statSync } from 'node:fs';
import { dirname } from 'node:path';
import { EmbeddedFault } from './embedded-fault.ts';
import { runCommand } from './run-command.ts';

/** The rights PostgreSQL runs with. */
export type Account = { uid: number; gid: number };

/**
 * PostgreSQL refuses to run as root, so that for root this is the user `postgres`, made if there is none; undefined for everybody else,
 * who run it themselves.
 */
export async function postgresAccount(log: (line: string) => void): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  const known = await lookUp();
  if (known !== undefined) return known;
  log('PostgreSQL does not run as root: adding a system user `postgres` without a login');
  const added = await runCommand('useradd', ['--system', '--user-group', '--no-create-home', '--shell', '/usr/sbin/nologin', 'postgres']);
  const made = added.kind === 'ended' && added.code === 0 ? await lookUp() : undefined;
  if (made !== undefined) return made;
  throw new EmbeddedFault(
    'postgres-user-missing',
    'PostgreSQL does not run as root, and a user `postgres` to run it is missing and could not be added',
    'start as an ordinary user, or add a user named postgres',
  );
}

async function lookUp(): Promise<Account | undefined> {
  const [uid, gid] = await Promise.all([numberFrom('-u'), numberFrom('-g')]);
  return uid === undefined || gid === undefined ? undefined : { uid, gid };
}

async function numberFrom(flag: '-u' | '-g'): Promise<number | undefined> {
  const outcome = await runCommand('id', [flag, 'postgres']);
  return outcome.kind === 'ended' && outcome.code === 0 ? Number(outcome.output.trim()) : undefined;
}

/** Whether the account may enter the folder and all above it (a project below /root is closed to everybody but root). */
export function mayEnter(account: Account | undefined, folder: string): boolean {
  if (account === undefined) return true;
  const { mode, uid, gid } = statSync(folder);
  const bit = uid === account.uid ? 0o100 : gid === account.gid ? 0o010 : 0o001;
  if ((mode & bit) === 0) return false;
  const above = dirname(folder);
  return above === folder || mayEnter(account, above);
}
