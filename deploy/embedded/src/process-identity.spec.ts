import { describe, expect, it } from '@jest/globals';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { identityOf, isProcessIdentity, isRunning } from './process-identity.ts';

describe('a process identity', () => {
  it('is stable while the process runs and gone when it has ended', async () => {
    const child = spawn('sleep', ['30']);
    const identity = identityOf(child.pid ?? 0);
    expect(identity).toEqual(identityOf(child.pid ?? 0));
    expect(identity !== undefined && isRunning(identity)).toBe(true);
    child.kill('SIGKILL');
    await once(child, 'exit');
    expect(identityOf(child.pid ?? 0)).toBeUndefined();
    expect(identity !== undefined && isRunning(identity)).toBe(false);
  });

  it('tells a process from an earlier one with the same id', () => {
    const mine = identityOf(process.pid);
    expect(mine !== undefined && isRunning(mine)).toBe(true);
    expect(isRunning({ pid: process.pid, startedAt: 'before' })).toBe(false);
  });

  it('is recognised by its shape', () => {
    expect(isProcessIdentity(identityOf(process.pid))).toBe(true);
    expect([null, 12, {}, { pid: '1', startedAt: 'x' }, { pid: 1.5, startedAt: 'x' }, { pid: 1 }].filter(isProcessIdentity)).toEqual([]);
  });
});
