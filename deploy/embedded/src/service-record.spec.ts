import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readServiceRecord, removeServiceRecord, writeServiceRecord } from './service-record.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-record-'));
afterAll(() => rmSync(folder, { recursive: true }));

describe('the record of running services', () => {
  it('is read back as written, and gone when removed', () => {
    const record = { owner: 'x', reaper: { pid: 1, startedAt: 'a' }, services: { redis: { pid: 2, startedAt: 'b' } } };
    writeServiceRecord(folder, record);
    expect(readServiceRecord(folder)).toEqual(record);
    expect(readdirSync(folder)).toEqual(['services.json']);
    removeServiceRecord(folder);
    expect(readServiceRecord(folder)).toBeUndefined();
  });

  it.each([
    ['cut short', '{"owner":"x","services":{"red'],
    ['of another shape', '{"owner":"x","services":{"redis":{"pid":"2"}}}'],
    ['empty', ''],
  ])('counts as none when it is %s', (_case, content) => {
    writeFileSync(join(folder, 'services.json'), content);
    expect(readServiceRecord(folder)).toBeUndefined();
  });
});
