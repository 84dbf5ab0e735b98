import { accessSync, constants, lstatSync, mkdirSync, readlinkSync, rmSync, statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { EmbeddedFault } from './embedded-fault.ts';
import { errnoOf } from './errno.ts';
import { OPEN_FOLDER } from './postgres-cluster.ts';

const NEEDED_MB = 1_024;

/** Makes the data folder if needed and checks that it can be written and has room; throws the fault that says what is wrong. */
export function prepareDataFolder(dataDir: string): void {
  try {
    // Root hands part of it to the user `postgres`, who must be able to pass through; the parts themselves are closed.
    mkdirSync(dataDir, { recursive: true, mode: process.getuid?.() === 0 ? 0o711 : 0o700 });
    accessSync(dataDir, constants.W_OK | constants.X_OK);
    mkdirSync(join(dataDir, 'logs'), { recursive: true, mode: 0o700 });
  } catch (error) {
    throw folderFault(dataDir, error) ?? error;
  }
  if (dataDir.includes(',')) {
    throw new EmbeddedFault(
      'data-folder-unwritable',
      `the data folder ${dataDir} has a comma in its name, which Kafka reads as two folders`,
      'choose a folder without a comma',
    );
  }
  const { bavail, bsize } = statfsSync(dataDir);
  const freeMb = Math.floor((bavail * bsize) / (1024 * 1024));
  if (freeMb < NEEDED_MB) {
    throw new EmbeddedFault(
      'disk-full',
      `the disk of ${dataDir} has ${freeMb} MB left, and ${NEEDED_MB} MB are needed`,
      'make room, or choose a data folder on another disk',
    );
  }
}

/** The fault for a file error of the operating system during a start, or undefined for an error of another kind. */
export function folderFault(dataDir: string, error: unknown): EmbeddedFault | undefined {
  const code = errnoOf(error);
  const fields = typeof error === 'object' && error !== null ? { ...error } : {};
  if ('syscall' in fields && String(fields.syscall).startsWith('spawn')) return undefined;
  const path = 'path' in fields && typeof fields.path === 'string' ? fields.path : dataDir;
  if (code === 'ENOSPC' || code === 'EDQUOT') {
    return new EmbeddedFault('disk-full', `the disk of ${path} is full`, 'make room, or choose a data folder on another disk', {
      cause: error,
    });
  }
  if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS' || code === 'ENOTDIR' || code === 'EEXIST') {
    return new EmbeddedFault(
      'data-folder-unwritable',
      `${path} cannot be written (${code})`,
      'give this user the right to write there, or choose another data folder',
      { cause: error },
    );
  }
  return undefined;
}

/** Deletes the data of the services and their passwords, and nothing else that may lie in the folder. */
export function clearDataFolder(dataDir: string): void {
  const postgres = join(dataDir, 'postgres');
  if (lstatSync(postgres, { throwIfNoEntry: false })?.isSymbolicLink() === true) {
    const place = readlinkSync(postgres);
    if (dirname(dirname(place)) === OPEN_FOLDER) rmSync(dirname(place), { recursive: true, force: true });
  }
  for (const part of ['kafka', 'postgres', 'redis', 'secrets']) rmSync(join(dataDir, part), { recursive: true, force: true });
}
