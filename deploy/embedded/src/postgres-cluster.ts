import { createHash } from 'node:crypto';
import { existsSync, realpathSync } from 'node:fs';
import { chown, mkdir, readFile, rename, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EmbeddedFault } from './embedded-fault.ts';
import { folderAside } from './folder-aside.ts';
import { mayEnter } from './postgres-account.ts';
import type { Account } from './postgres-account.ts';
import type { PostgresPrograms } from './postgres-programs.ts';
import { lastLines, runCommand } from './run-command.ts';
import type { CommandOutcome } from './run-command.ts';
import { readOrDrawSecret, readSecret } from './secret.ts';

/** The name of the database and of its owner. */
export const DATABASE = 'tributary';

/** Where root keeps what its user `postgres` must be able to reach when the project itself lies below a closed folder such as /root. */
export const OPEN_FOLDER = '/var/lib/tributary';

const SECRET = 'postgres-password';

/** A prepared data folder of PostgreSQL and the password of its owner. */
export type Cluster = { folder: string; password: string };

/**
 * The PostgreSQL data folder below `dataDir`, made at the first call: passwords as SCRAM only, UTF-8, and the builtin C.UTF-8 order, which
 * is the same on every platform. It is made aside and renamed when complete. Throws `data-folder-damaged` for data of another major
 * version and for a lost password.
 */
export async function preparedCluster(dataDir: string, programs: PostgresPrograms, account: Account | undefined): Promise<Cluster> {
  const folder = join(dataDir, 'postgres');
  if (existsSync(join(folder, 'PG_VERSION'))) return existingCluster(dataDir, folder, programs, account);
  if (!mayEnter(account, dataDir)) await placeElsewhere(dataDir, folder);
  const place = existsSync(folder) ? realpathSync(folder) : folder;
  const aside = await folderAside(place);
  const passwordFile = `${aside}.password`;
  await mkdir(aside, { recursive: true, mode: 0o700 });
  const password = readOrDrawSecret(dataDir, SECRET);
  await writeFile(passwordFile, password, { mode: 0o600 });
  try {
    if (account !== undefined) await Promise.all([aside, passwordFile].map((path) => chown(path, account.uid, account.gid)));
    const locale = ['--encoding=UTF8', '--locale=C', '--locale-provider=builtin', '--builtin-locale=C.UTF-8'];
    const access = [`--username=${DATABASE}`, `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
    const options = { cwd: '/', ...account };
    accept(await runCommand(programs.initdb, [`--pgdata=${aside}`, ...access, ...locale, '--no-instructions'], options), dataDir);
    accept(
      await runCommand(programs.postgres, ['--single', '-j', '-D', aside, 'postgres'], {
        ...options,
        input: `CREATE DATABASE ${DATABASE};\n\n`,
      }),
      dataDir,
    );
  } finally {
    await rm(passwordFile, { force: true });
  }
  await rm(place, { recursive: true, force: true });
  await rename(aside, place);
  return { folder: place, password };
}

async function existingCluster(
  dataDir: string,
  folder: string,
  programs: PostgresPrograms,
  account: Account | undefined,
): Promise<Cluster> {
  const major = (await readFile(join(folder, 'PG_VERSION'), 'utf8')).trim();
  const password = readSecret(dataDir, SECRET);
  const place = realpathSync(folder);
  if (!mayEnter(account, place)) {
    throw new EmbeddedFault(
      'data-folder-unwritable',
      `the user postgres, who runs PostgreSQL for root, may not enter ${place}`,
      'give it back the right to pass through the folders above (chmod o+x)',
    );
  }
  if (major === programs.major && password !== undefined) return { folder: place, password };
  const message =
    password === undefined
      ? `the password of the PostgreSQL in ${dataDir} is lost (secrets/${SECRET})`
      : `${folder} was written by PostgreSQL ${major}, and this is PostgreSQL ${programs.major}`;
  throw new EmbeddedFault('data-folder-damaged', message, 'start afresh, which deletes the embedded data, or restore the folder as it was');
}

async function placeElsewhere(dataDir: string, link: string): Promise<void> {
  const name = createHash('sha256').update(realpathSync(dataDir)).digest('hex').slice(0, 16);
  const place = join(OPEN_FOLDER, name, 'postgres');
  await mkdir(dirname(place), { recursive: true, mode: 0o755 });
  await mkdir(place, { recursive: true, mode: 0o700 });
  await rm(link, { recursive: true, force: true });
  await symlink(place, link);
}

/** A failed program, or one whose SQL failed: the single-user server goes on after an error and still ends with 0. */
function accept(outcome: CommandOutcome, dataDir: string): void {
  if (outcome.kind === 'ended' && outcome.code === 0 && !/ERROR|FATAL/.test(outcome.output)) return;
  const logTail = outcome.kind === 'ended' ? lastLines(outcome.output, 10) : [];
  throw new EmbeddedFault(
    'service-died',
    'PostgreSQL could not make its data folder',
    `check ${dataDir}: its disk, its owner; the program's last lines are shown`,
    { logTail },
  );
}
