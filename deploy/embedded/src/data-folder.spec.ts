import { afterAll, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { clearDataFolder, folderFault, prepareDataFolder } from './data-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'tributary-folder-'));
afterAll(() => rmSync(root, { recursive: true }));

describe('prepareDataFolder', () => {
  it('makes the folder with one for logs', () => {
    prepareDataFolder(join(root, 'a', 'b'));
    expect(existsSync(join(root, 'a', 'b', 'logs'))).toBe(true);
  });

  it('refuses a place where no folder can be', () => {
    writeFileSync(join(root, 'file'), '');
    expect(() => prepareDataFolder(join(root, 'file', 'data'))).toThrow(expect.objectContaining({ code: 'data-folder-unwritable' }));
    expect(() => prepareDataFolder(join(root, 'file'))).toThrow(expect.objectContaining({ code: 'data-folder-unwritable' }));
  });

  it('refuses a comma, which Kafka takes for the end of the name', () => {
    expect(() => prepareDataFolder(join(root, 'a,b'))).toThrow('comma');
  });
});

describe('folderFault', () => {
  const errno = (code: string, more = {}): Error => Object.assign(new Error(code), { code, ...more });

  it('names a full disk and a folder without the right to write, with the path the system names', () => {
    expect(folderFault('/data', errno('ENOSPC'))).toMatchObject({ code: 'disk-full', message: 'the disk of /data is full' });
    expect(folderFault('/data', errno('EACCES', { path: '/cache/x', syscall: 'mkdir' }))).toMatchObject({
      code: 'data-folder-unwritable',
      message: '/cache/x cannot be written (EACCES)',
    });
  });

  it('leaves every other error as it is', () => {
    expect(folderFault('/data', errno('EMFILE'))).toBeUndefined();
    expect(folderFault('/data', errno('EACCES', { path: 'java', syscall: 'spawn java' }))).toBeUndefined();
    expect(folderFault('/data', new TypeError('x'))).toBeUndefined();
  });
});

describe('clearDataFolder', () => {
  it('deletes the data of the services and nothing else', () => {
    const folder = join(root, 'clear');
    for (const name of ['kafka', 'postgres', 'redis', 'secrets', 'logs', 'of the user']) mkdirSync(join(folder, name), { recursive: true });
    clearDataFolder(folder);
    expect(readdirSync(folder).sort()).toEqual(['logs', 'of the user']);
  });
});
