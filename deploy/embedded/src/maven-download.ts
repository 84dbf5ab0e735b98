import { existsSync } from 'node:fs';
import { copyFile, mkdir, readFile, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { EmbeddedFault } from './embedded-fault.ts';
import { errnoOf } from './errno.ts';
import { folderAside } from './folder-aside.ts';
import { takeFolderLock } from './folder-lock.ts';
import type { FolderLock } from './folder-lock.ts';
import { lastLines, runCommand } from './run-command.ts';

/** One folder of files that Maven fetches: a pom, the goal with its settings, and the folder's name below the cache. */
export type MavenFolder = { title: string; folder: string; pom: string; goal: readonly string[] };

/** Surroundings of a download. `command` is `mvn` unless a test says otherwise. */
export type DownloadContext = { cacheDir: string; log: (line: string) => void; signal?: AbortSignal; command?: string };

const MARKER = 'complete.json';

/**
 * The path of the folder, downloaded first if it is not complete: into a folder aside, renamed when done, so that a broken download is
 * never taken for a whole one; the marker holds the number of files. One download
 * at a time on the machine: Maven's own folder is not made for two writers.
 */
export async function downloadOnce(wanted: MavenFolder, context: DownloadContext): Promise<string> {
  const target = join(context.cacheDir, wanted.folder);
  if (await isComplete(target)) return target;
  await mkdir(context.cacheDir, { recursive: true });
  const lock = await waitForLock(join(context.cacheDir, 'download.lock'), wanted.title, context);
  try {
    if (!(await isComplete(target))) await download(wanted, target, context);
  } finally {
    lock.release();
  }
  return target;
}

async function download(wanted: MavenFolder, target: string, context: DownloadContext): Promise<void> {
  context.log(`fetching ${wanted.title} with Maven, once; it is kept in ${target}`);
  await rm(target, { recursive: true, force: true });
  const aside = await folderAside(target);
  const build = `${aside}.build`;
  // Maven leaves a `target` folder beside the pom it is given, so it gets a copy.
  await mkdir(build);
  await copyFile(wanted.pom, join(build, 'pom.xml'));
  const outcome = await runCommand(context.command ?? 'mvn', ['-q', '-B', ...wanted.goal, `-DoutputDirectory=${aside}`], {
    cwd: build,
    ...(context.signal === undefined ? {} : { signal: context.signal }),
  });
  if (outcome.kind === 'missing') {
    throw new EmbeddedFault(
      'maven-missing',
      `Maven is needed once, to fetch ${wanted.title}, and \`mvn\` was not found`,
      'install Maven 3.6 or newer, or point KAFKA_BROKERS, DATABASE_URL and REDIS_URL at services of your own',
    );
  }
  const count = await fileCount(aside);
  if (outcome.code !== 0 || count === 0) {
    throw new EmbeddedFault(
      'download-failed',
      `Maven could not fetch ${wanted.title} (exit code ${outcome.code})`,
      'check that this machine reaches its Maven repository (a proxy or mirror goes into ~/.m2/settings.xml), then start again',
      { logTail: mavenErrors(outcome.output) },
    );
  }
  await writeFile(join(aside, MARKER), JSON.stringify({ files: count }));
  await rename(aside, target);
  await rm(build, { recursive: true, force: true });
}

/** What Maven says went wrong comes first; the advice on its own switches after it helps nobody here. */
function mavenErrors(output: string): string[] {
  const lines = lastLines(output, 200);
  const errors = lines.filter((line) => line.startsWith('[ERROR] ') && !/re-run Maven|\[Help 1\] http|For more information/i.test(line));
  return (errors.length > 0 ? errors : lines).slice(0, 4);
}

async function isComplete(folder: string): Promise<boolean> {
  const marker = join(folder, MARKER);
  if (!existsSync(marker)) return false;
  try {
    const content: unknown = JSON.parse(await readFile(marker, 'utf8'));
    const files = typeof content === 'object' && content !== null && 'files' in content ? content.files : undefined;
    return typeof files === 'number' && files > 0 && (await fileCount(folder)) === files;
  } catch (error) {
    if (error instanceof SyntaxError || errnoOf(error) === 'ENOENT') return false;
    throw error;
  }
}

async function fileCount(folder: string): Promise<number> {
  if (!existsSync(folder)) return 0;
  return (await readdir(folder)).filter((name) => name !== MARKER).length;
}

async function waitForLock(path: string, title: string, context: DownloadContext): Promise<FolderLock> {
  for (let told = false; ; told = true) {
    const lock = takeFolderLock(path);
    if (lock.kind === 'taken') return lock;
    if (!told && lock.by.pid !== process.pid)
      context.log(`waiting for process ${lock.by.pid}, which is downloading, before fetching ${title}`);
    await delay(200, undefined, context.signal === undefined ? {} : { signal: context.signal });
  }
}
