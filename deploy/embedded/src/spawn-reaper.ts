import { spawn } from 'node:child_process';
import type { ChildProcess } from 'node:child_process';
import { closeSync, existsSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { EmbeddedFault } from './embedded-fault.ts';
import { identityOf } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';

/** The compiled reaper, found alike from src and from dist. */
const PROGRAM = fileURLToPath(new URL('../dist/reaper.js', import.meta.url));

/** A running reaper: it holds the reading end of a pipe whose writing end dies with this process. */
export type Reaper = { child: ChildProcess; identity: ProcessIdentity | undefined; dismiss(): void };

/** Starts the process that stops the services recorded under `owner` when this process ends without having stopped them itself. */
export function spawnReaper(dataDir: string, owner: string): Reaper {
  if (!existsSync(PROGRAM)) {
    throw new EmbeddedFault('not-built', 'the embedded services are not built: their reaper is missing', 'run `npm run build`');
  }
  const log = openSync(join(dataDir, 'logs', 'reaper.log'), 'a', 0o600);
  const child = spawn(process.execPath, [PROGRAM, dataDir, owner], { cwd: '/', detached: true, stdio: ['pipe', log, log] });
  closeSync(log);
  child.unref();
  const pipe = child.stdin;
  if (pipe !== null && 'unref' in pipe && typeof pipe.unref === 'function') pipe.unref();
  return { child, identity: child.pid === undefined ? undefined : identityOf(child.pid), dismiss: () => pipe?.end() };
}
