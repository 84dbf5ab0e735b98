import { afterAll, describe, expect, it } from '@jest/globals';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { isRunning } from './process-identity.ts';
import type { ProcessIdentity } from './process-identity.ts';
import { startService } from './running-service.ts';
import { stopProcess } from './stop-process.ts';

const folder = mkdtempSync(join(tmpdir(), 'tributary-service-'));
afterAll(() => rmSync(folder, { recursive: true }));

const plan = (script: string, ready: () => Promise<boolean>) => ({
  title: 'Redis',
  command: 'sh',
  args: ['-c', script],
  cwd: folder,
  logFile: join(folder, 'redis.log'),
  ready,
});
const never = new AbortController().signal;

describe('startService', () => {
  it('waits until the service answers, tells its identity at once, and the service can be stopped', async () => {
    const spawned: ProcessIdentity[] = [];
    const ready = () => Promise.resolve(existsSync(join(folder, 'up')));
    const running = await startService(plan('touch up; exec sleep 30', ready), (identity) => spawned.push(identity), never);
    expect(spawned).toEqual([running.identity]);
    expect(isRunning(running.identity)).toBe(true);
    expect(await stopProcess(running.identity, 'redis')).toBe(true);
    expect(isRunning(running.identity)).toBe(false);
    expect(await stopProcess(running.identity, 'redis')).toBe(true);
  });

  it('stops a service that is held by SIGSTOP', async () => {
    const running = await startService(
      plan('exec sleep 30', () => Promise.resolve(true)),
      () => undefined,
      never,
    );
    process.kill(running.identity.pid, 'SIGSTOP');
    expect(await stopProcess(running.identity, 'redis')).toBe(true);
  });

  it('says with the last lines of the log why a service died, and keeps the log of the start before', async () => {
    const start = startService(
      plan('echo first; exit 1', () => Promise.resolve(false)),
      () => undefined,
      never,
    );
    await expect(start).rejects.toMatchObject({ code: 'service-died' });
    await expect(
      startService(
        plan('echo loading; echo no memory >&2; exit 3', () => Promise.resolve(false)),
        () => undefined,
        never,
      ),
    ).rejects.toMatchObject({
      code: 'service-died',
      message: 'Redis ended while starting (exit code 3)',
      cure: expect.stringContaining('redis.log'),
      logTail: ['loading', 'no memory'],
    });
    expect(readFileSync(join(folder, 'redis.log.previous'), 'utf8')).toBe('first\n');
  });

  it('says so when the program is not there', async () => {
    const absent = { ...plan('', () => Promise.resolve(false)), command: join(folder, 'absent') };
    await expect(startService(absent, () => undefined, never)).rejects.toMatchObject({
      code: 'service-died',
      message: expect.stringContaining('ENOENT'),
    });
  });
});
