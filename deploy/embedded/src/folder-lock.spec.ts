import { afterAll, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { takeFolderLock } from './folder-lock.ts';
import { identityOf } from './process-identity.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-lock-'));
afterAll(() => rmSync(folder, { recursive: true }));

const lockFile = (name: string): string => join(folder, name);

describe('takeFolderLock', () => {
  it('gives a lock once, and again after its release', () => {
    const path = lockFile('once');
    const first = takeFolderLock(path);
    expect(first.kind).toBe('taken');
    expect(takeFolderLock(path)).toEqual({ kind: 'held', by: identityOf(process.pid) });
    if (first.kind === 'taken') first.release();
    expect(existsSync(path)).toBe(false);
    expect(takeFolderLock(path).kind).toBe('taken');
  });

  it('takes over the lock of a process id that now belongs to another process', () => {
    const path = lockFile('reused');
    writeFileSync(path, JSON.stringify({ pid: process.pid, startedAt: 'an earlier time' }));
    expect(takeFolderLock(path).kind).toBe('taken');
    expect(JSON.parse(readFileSync(path, 'utf8'))).toEqual(identityOf(process.pid));
  });

  it.each([
    ['of a process that is not running', JSON.stringify({ pid: 2 ** 30, startedAt: 'ever' })],
    ['that was cut short by a power cut', '{"pid":12'],
    ['that is empty', ''],
  ])('takes over a lock %s', (_case, content) => {
    const path = lockFile('stale');
    writeFileSync(path, content);
    const lock = takeFolderLock(path);
    expect(lock.kind).toBe('taken');
    if (lock.kind === 'taken') lock.release();
  });

  it("does not release a lock that has become another one's", () => {
    const path = lockFile('foreign');
    const lock = takeFolderLock(path);
    writeFileSync(path, 'of another');
    if (lock.kind === 'taken') lock.release();
    expect(readFileSync(path, 'utf8')).toBe('of another');
  });

  it('leaves nothing but the locks behind', () => {
    expect(readdirSync(folder).sort()).toEqual(['foreign', 'once', 'reused']);
  });
});
