import { afterAll, beforeEach, describe, expect, it } from '@jest/globals';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { downloadOnce } from './maven-download.ts';

const root = mkdtempSync(join(tmpdir(), 'tributary-maven-'));
afterAll(() => rmSync(root, { recursive: true }));

let cacheDir = '';
let round = 0;
beforeEach(() => {
  round += 1;
  cacheDir = join(root, `cache-${round}`);
});

const pom = join(root, 'pom.xml');
writeFileSync(pom, '<project/>');
const wanted = { title: 'Kafka 4', folder: 'kafka-4', pom, goal: ['dependency:copy-dependencies'] };

/** A program in Maven's place: notes each call, then does what the test says with the output folder in $out. */
const mavenThat = (script: string): string => {
  const path = join(root, `mvn-${round}`);
  const output = 'for arg; do case "$arg" in -DoutputDirectory=*) out="${arg#*=}";; esac; done';
  writeFileSync(path, `#!/bin/sh\n${output}\necho "$@" >> '${root}/calls-${round}'\n${script}\n`, { mode: 0o755 });
  return path;
};
const calls = (): number =>
  readFileSync(join(root, `calls-${round}`), 'utf8')
    .trim()
    .split('\n').length;
const GOOD = 'mkdir "$out"; touch "$out/a.jar" "$out/b.jar"; test -f pom.xml; mkdir target';

describe('downloadOnce', () => {
  it('fetches once, by a copy of the pom, and keeps the files', async () => {
    const lines: string[] = [];
    const context = { cacheDir, log: (line: string) => lines.push(line), command: mavenThat(GOOD) };
    const folder = await downloadOnce(wanted, context);
    expect(await downloadOnce(wanted, context)).toBe(folder);
    expect(readdirSync(folder).sort()).toEqual(['a.jar', 'b.jar', 'complete.json']);
    expect(readdirSync(cacheDir)).toEqual(['kafka-4']);
    expect(calls()).toBe(1);
    expect(lines).toEqual([`fetching Kafka 4 with Maven, once; it is kept in ${folder}`]);
  });

  it('fetches once when two ask at the same time', async () => {
    const context = { cacheDir, log: () => undefined, command: mavenThat(`sleep 0.2; ${GOOD}`) };
    await Promise.all([downloadOnce(wanted, context), downloadOnce(wanted, context)]);
    expect(calls()).toBe(1);
  });

  it('fetches again when a file has gone, or when there is no marker', async () => {
    const context = { cacheDir, log: () => undefined, command: mavenThat(GOOD) };
    const folder = await downloadOnce(wanted, context);
    rmSync(join(folder, 'a.jar'));
    await downloadOnce(wanted, context);
    expect(existsSync(join(folder, 'a.jar'))).toBe(true);
    rmSync(join(folder, 'complete.json'));
    await downloadOnce(wanted, context);
    expect(calls()).toBe(3);
  });

  it('is not misled by what a broken download has left', async () => {
    mkdirSync(join(cacheDir, 'kafka-4.new-x'), { recursive: true });
    writeFileSync(join(cacheDir, 'kafka-4.new-x', 'half.jar'), '');
    const folder = await downloadOnce(wanted, { cacheDir, log: () => undefined, command: mavenThat(GOOD) });
    expect(readdirSync(folder)).not.toContain('half.jar');
    expect(readdirSync(cacheDir)).toEqual(['kafka-4']);
  });

  it('says what Maven said when it fails, leaves no folder, and may be tried again', async () => {
    const script =
      'mkdir "$out"; touch "$out/a.jar"; echo "[ERROR] no route to the repository"; echo "[ERROR] Re-run Maven using -X"; exit 1';
    const context = { cacheDir, log: () => undefined, command: mavenThat(script) };
    await expect(downloadOnce(wanted, context)).rejects.toMatchObject({
      code: 'download-failed',
      logTail: ['[ERROR] no route to the repository'],
    });
    expect(existsSync(join(cacheDir, 'kafka-4'))).toBe(false);
    expect(await downloadOnce(wanted, { ...context, command: mavenThat(GOOD) })).toBe(join(cacheDir, 'kafka-4'));
  });

  it('refuses when Maven is missing, and needs none once the files are there', async () => {
    const context = { cacheDir, log: () => undefined };
    await expect(downloadOnce(wanted, { ...context, command: join(root, 'absent') })).rejects.toMatchObject({
      code: 'maven-missing',
      cure: expect.stringContaining('install Maven'),
    });
    await downloadOnce(wanted, { ...context, command: mavenThat(GOOD) });
    expect(await downloadOnce(wanted, { ...context, command: join(root, 'absent') })).toBe(join(cacheDir, 'kafka-4'));
  });
});
