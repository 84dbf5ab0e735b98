import { afterAll, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearPostmasterFile, postmasterReady, runningPostmaster } from './postmaster-file.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-postmaster-'));
afterAll(() => rmSync(folder, { recursive: true }));

const file = join(folder, 'postmaster.pid');
const write = (pid: number, state: string): void =>
  writeFileSync(file, `${pid}\n${folder}\n1700000000\n15432\n\n127.0.0.1\n 1 2\n${state}\n`);

describe('postmaster.pid', () => {
  it('says that a server is ready only for that server and that state', () => {
    write(4711, 'ready   ');
    expect([postmasterReady(folder, 4711), postmasterReady(folder, 4712)]).toEqual([true, false]);
    write(4711, 'starting');
    expect(postmasterReady(folder, 4711)).toBe(false);
    rmSync(file);
    expect(postmasterReady(folder, 4711)).toBe(false);
  });

  it('does not take another program with the same process id for a server', () => {
    write(process.pid, 'ready');
    expect(runningPostmaster(folder)).toBeUndefined();
  });

  it('is removed when its process id belongs to another program now', async () => {
    write(process.pid, 'ready');
    expect(await clearPostmasterFile(folder)).toBe(true);
    // Only Linux tells which folder a process works in; elsewhere the file is left to PostgreSQL.
    expect(existsSync(file)).toBe(process.platform !== 'linux');
  });

  it('stays when there is no such process: PostgreSQL checks more than we do before it clears it away', async () => {
    write(2 ** 30, 'ready');
    expect(await clearPostmasterFile(folder)).toBe(true);
    expect(existsSync(file)).toBe(true);
  });
});
