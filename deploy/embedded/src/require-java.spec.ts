import { afterAll, describe, expect, it } from '@jest/globals';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { javaMajor, requireJava } from './require-java.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-java-'));
afterAll(() => rmSync(folder, { recursive: true }));

const javaThatSays = (name: string, line: string, code = 0): string => {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\necho '${line}' >&2\nexit ${code}\n`, { mode: 0o755 });
  return path;
};

describe('requireJava', () => {
  it('answers the major version of a Java that is new enough', async () => {
    expect(await requireJava(javaThatSays('new', 'openjdk version "21.0.2" 2024-01-16'))).toBe(21);
  });

  it('refuses a machine without java, with the cure', async () => {
    await expect(requireJava(join(folder, 'absent'))).rejects.toMatchObject({
      code: 'java-missing',
      message: 'Java is needed to run Kafka and was not found',
      cure: expect.stringContaining('install Java 17'),
    });
  });

  it('takes the placeholder of macOS, which only says where to get Java, for a missing one', async () => {
    const placeholder = javaThatSays('stub', 'Unable to locate a Java Runtime.', 1);
    await expect(requireJava(placeholder)).rejects.toMatchObject({ code: 'java-missing' });
  });

  it('refuses a Java that is too old, naming its version', async () => {
    const old = javaThatSays('old', 'java version "1.8.0_402"');
    await expect(requireJava(old)).rejects.toMatchObject({ code: 'java-too-old', message: expect.stringContaining('Java 8 is too old') });
  });
});

describe('javaMajor', () => {
  it.each([
    ['openjdk version "17.0.15" 2025-04-15', 17],
    ['openjdk version "25" 2025-09-16', 25],
    ['Picked up JAVA_TOOL_OPTIONS: -Xmx1g\nopenjdk version "11.0.1"', 11],
    ['java version "1.8.0_402"', 8],
    ['no such thing', undefined],
  ])('reads %j as %p', (output, major) => {
    expect(javaMajor(output)).toBe(major);
  });
});
