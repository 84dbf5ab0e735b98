import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { assetFor, loadWebAssets, type WebAssets } from './web-assets.ts';

let dir = '';
let assets: WebAssets;

beforeAll(() => {
  dir = mkdtempSync(join(tmpdir(), 'console-web-'));
  mkdirSync(join(dir, 'assets'));
  writeFileSync(join(dir, 'index.html'), '<!doctype html>');
  writeFileSync(join(dir, 'assets', 'index-abc.js'), 'export {};');
  writeFileSync(join(dir, 'notes.txt'), 'not served');
  assets = loadWebAssets(dir) ?? new Map();
});
afterAll(() => rmSync(dir, { recursive: true, force: true }));

describe('web assets', () => {
  it('serves what was built, by kind of file', () => {
    expect([...assets.keys()].sort()).toEqual(['/assets/index-abc.js', '/index.html']);
    expect(assetFor(assets, '/assets/index-abc.js')).toMatchObject({ status: 200, asset: { type: 'text/javascript; charset=utf-8' } });
    expect(assetFor(assets, '/assets/index-abc.js')?.asset.cacheControl).toContain('immutable');
  });
  it.each(['/', '/customers', '/customers/0b0c7f0e-0000-4000-8000-000000000000', '/forecast', '/quarantine', '/quarantine/12'])(
    'serves the page for %s',
    (path) =>
      expect(assetFor(assets, path)).toMatchObject({ status: 200, asset: { type: 'text/html; charset=utf-8', cacheControl: 'no-cache' } }),
  );
  it.each(['/nowhere', '/customers/x', '/quarantine/x', '/../../etc/passwd'])('serves the page with 404 for %s', (path) =>
    expect(assetFor(assets, path)?.status).toBe(404),
  );
  it.each(['/api/nothing', '/assets/gone.js', '/assets/../index.html'])('serves nothing for %s', (path) =>
    expect(assetFor(assets, path)).toBeUndefined(),
  );
  it('says when the page was not built', () => expect(loadWebAssets(join(dir, 'assets'))).toBeUndefined());
});
