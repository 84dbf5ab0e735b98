import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { extname, join } from 'node:path';

/** A file of the built page, in memory. */
export interface Asset {
  readonly type: string;
  readonly body: Buffer;
  readonly etag: string;
  readonly cacheControl: string;
}

/** The built page: every file by its path (`/assets/index-….js`), `/index.html` among them. */
export type WebAssets = ReadonlyMap<string, Asset>;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.json': 'application/json; charset=utf-8',
};

/** Paths that the page itself knows what to show for. */
const PAGES = [/^\/$/u, /^\/customers$/u, /^\/customers\/[0-9a-f-]{36}$/u, /^\/forecast$/u, /^\/quarantine$/u, /^\/quarantine\/\d{1,18}$/u];

/**
 * Reads the built page into memory: only what was there at the start is ever served, so no request can reach another file.
 * @returns `undefined` when the page was not built.
 */
export function loadWebAssets(dir: string): WebAssets | undefined {
  if (!existsSync(join(dir, 'index.html'))) return undefined;
  const files = readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((file) => statSync(join(dir, file)).isFile());
  return new Map(files.flatMap((file) => assetOf(dir, file)));
}

function assetOf(dir: string, file: string): [string, Asset][] {
  const type = TYPES[extname(file)];
  if (type === undefined) return [];
  const body = readFileSync(join(dir, file));
  const path = `/${file.replaceAll('\\', '/')}`;
  // Names under /assets carry the hash of their content; everything else is asked for anew each time.
  const cacheControl = path.startsWith('/assets/') ? 'public, max-age=31536000, immutable' : 'no-cache';
  return [[path, { type, body, etag: `"${createHash('sha256').update(body).digest('base64url').slice(0, 22)}"`, cacheControl }]];
}

/** What to send for a path: a file, the page with its status, or nothing. */
export function assetFor(assets: WebAssets, path: string): { readonly asset: Asset; readonly status: 200 | 404 } | undefined {
  const file = assets.get(path);
  if (file !== undefined) return { asset: file, status: 200 };
  const page = assets.get('/index.html');
  if (page === undefined || path.startsWith('/api/') || path.startsWith('/assets/')) return undefined;
  return { asset: page, status: PAGES.some((known) => known.test(path)) ? 200 : 404 };
}
