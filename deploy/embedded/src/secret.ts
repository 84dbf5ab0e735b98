import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from './errno.ts';

/** A password kept in the data folder, readable by its owner only; drawn at random when first asked for. */
export function readOrDrawSecret(dataDir: string, name: string): string {
  const known = readSecret(dataDir, name);
  if (known !== undefined) return known;
  const drawn = randomBytes(24).toString('base64url');
  mkdirSync(join(dataDir, 'secrets'), { recursive: true, mode: 0o700 });
  writeFileSync(join(dataDir, 'secrets', name), drawn, { mode: 0o600, flush: true });
  return drawn;
}

/** The password, or undefined when none has been drawn. */
export function readSecret(dataDir: string, name: string): string | undefined {
  try {
    return readFileSync(join(dataDir, 'secrets', name), 'utf8') || undefined;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    throw error;
  }
}
