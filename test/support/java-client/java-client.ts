import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SOURCE = fileURLToPath(new URL('JavaClient.java', import.meta.url));
/** Where the embedded services keep the broker's libraries, the Java client among them. */
const LIBRARIES = join(process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache'), 'tributary', 'kafka-4.4.0');

/** Runs the Java client with keys as its input; gives its lines. */
export function javaClient(keys: readonly string[], ...args: string[]): Promise<string[]> {
  if (!existsSync(LIBRARIES)) throw new Error(`the Java client is not there: start the embedded services once, which fetch it`);
  return new Promise((resolve, reject) => {
    const java = execFile(
      'java',
      ['-cp', join(LIBRARIES, '*'), '-Dorg.slf4j.simpleLogger.defaultLogLevel=error', SOURCE, ...args],
      {
        maxBuffer: 16 * 1024 * 1024,
      },
      (error, output, complaints) => {
        if (error) reject(new Error(`the Java client failed: ${complaints}`, { cause: error }));
        else resolve(output.trim().split('\n'));
      },
    );
    java.stdin?.end(keys.join('\n'));
  });
}
