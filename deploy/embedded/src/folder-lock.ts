import { linkSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { errnoOf } from './errno.ts';
import { identityOf, isProcessIdentity, isRunning } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** A lock that is held, with the way to give it back. */
export type FolderLock = { kind: 'taken'; release(): void };
/** A lock that another running process (or this one, earlier) holds. */
export type FolderLockHeld = { kind: 'held'; by: ProcessIdentity };

let counter = 0;

/**
 * Takes the lock file `path`, whose content is the identity of its owner. A lock whose owner is not running any more is taken over:
 * a process id that has since been given to another process does not count as the owner.
 */
export function takeFolderLock(path: string): FolderLock | FolderLockHeld {
  const mine = identityOf(process.pid);
  if (mine === undefined) throw new Error('the running process has no identity: neither /proc nor ps knows it');
  counter += 1;
  const unique = `${path}.${process.pid}.${counter}`;
  const content = JSON.stringify(mine);
  writeFileSync(unique, content, { mode: 0o600 });
  try {
    for (;;) {
      // A hard link appears with its full content or not at all, and fails when the name exists.
      if (linked(unique, path)) return { kind: 'taken', release: () => releaseLock(path, content) };
      const found = readLock(path);
      if (found === undefined) continue;
      const owner = parseIdentity(found);
      if (owner !== undefined && isRunning(owner)) return { kind: 'held', by: owner };
      setAside(path, found, `${unique}.stale`);
    }
  } finally {
    rmSync(unique, { force: true });
  }
}

/** Moves a stale lock away; if another process has meanwhile replaced it by its own, that one is put back. */
function setAside(path: string, stale: string, aside: string): void {
  try {
    renameSync(path, aside);
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw error;
  }
  if (readLock(aside) !== stale) linked(aside, path);
  rmSync(aside, { force: true });
}

function releaseLock(path: string, content: string): void {
  if (readLock(path) === content) rmSync(path, { force: true });
}

function linked(from: string, to: string): boolean {
  try {
    linkSync(from, to);
    return true;
  } catch (error) {
    if (errnoOf(error) === 'EEXIST') return false;
    throw error;
  }
}

function readLock(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}

/** Undefined for a lock nobody can own: its writer's machine lost power before the content reached the disk. */
function parseIdentity(text: string): ProcessIdentity | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return isProcessIdentity(value) ? value : undefined;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
