import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { mkdirSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { downloadOnce } from '../../../deploy/embedded/src/maven-download.ts';

const here = fileURLToPath(new URL('.', import.meta.url));

/** The Avro schema that the events are written by. */
export const SCHEMA_FILE = join(here, '../../../contracts/commerce.order/v2.avsc');

/** A rival's class path: its libraries from Maven (once, kept where the embedded broker's are) and our few classes, compiled now. */
export async function classPathOf(name: 'connect' | 'streams', folder: string): Promise<string> {
  const libraries = await downloadOnce(
    {
      title: `the rival ${name}`,
      folder: `bench-${name}-4.3.1`,
      pom: join(here, name, 'pom.xml'),
      goal: ['dependency:copy-dependencies'],
    },
    { cacheDir: join(homedir(), '.cache', 'tributary'), log: (line) => void process.stderr.write(`bench: ${line}\n`) },
  );
  const classes = join(folder, `classes-${name}`);
  mkdirSync(classes, { recursive: true });
  const sources = readdirSync(join(here, name)).filter((file) => file.endsWith('.java'));
  const args = [
    '-d',
    classes,
    '-cp',
    join(libraries, '*'),
    join(here, 'FramedOrder.java'),
    ...sources.map((file) => join(here, name, file)),
  ];
  const compiled = spawnSync('javac', args, { encoding: 'utf8' });
  if (compiled.status !== 0) throw new Error(`javac: ${compiled.error?.message ?? compiled.stderr}`);
  return `${classes}:${join(libraries, '*')}`;
}

/** Starts a JVM with its own defaults (both compilers, G1) and a gigabyte of heap; warnings go to standard error. */
export function startJava(classPath: string, main: string, args: readonly string[]): ChildProcess {
  const logging = [
    `-Djava.util.logging.config.file=${join(here, 'logging.properties')}`,
    '-Dorg.slf4j.simpleLogger.defaultLogLevel=error',
    '-Dorg.slf4j.simpleLogger.showDateTime=true',
  ];
  return spawn('java', ['-Xmx1g', ...logging, '-cp', classPath, main, ...args], { stdio: ['ignore', 'pipe', 2] });
}
