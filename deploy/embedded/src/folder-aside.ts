import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';

/**
 * A new name beside `path` for building what is then renamed to `path`, after deleting what broken-off builds have left. Never the same
 * name twice: a program of a killed hub may still be writing to the earlier one.
 */
export async function folderAside(path: string): Promise<string> {
  const folder = dirname(path);
  const prefix = `${basename(path)}.new-`;
  const left = existsSync(folder) ? (await readdir(folder)).filter((name) => name.startsWith(prefix)) : [];
  await Promise.all(left.map((name) => rm(join(folder, name), { recursive: true, force: true, maxRetries: 5, retryDelay: 100 })));
  return join(folder, `${prefix}${randomUUID().slice(0, 8)}`);
}
