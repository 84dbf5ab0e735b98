import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Secrets of a demo, made once per data folder and readable by its owner only. */
export interface DemoSecrets {
  readonly identityKey: string;
  readonly erpSecret: string;
}

export function demoSecrets(dataDir: string): DemoSecrets {
  mkdirSync(dataDir, { recursive: true, mode: 0o700 });
  const file = join(dataDir, 'secrets.json');
  if (!existsSync(file))
    writeFileSync(
      file,
      JSON.stringify({ identityKey: randomBytes(32).toString('hex'), erpSecret: `whsec_${randomBytes(32).toString('base64')}` }),
      { mode: 0o600 },
    );
  return JSON.parse(readFileSync(file, 'utf8')) as DemoSecrets;
}
