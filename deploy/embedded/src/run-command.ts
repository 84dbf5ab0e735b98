import { spawn } from 'node:child_process';
import { errnoOf } from './errno.ts';

/** What a short-lived program said: its exit code and both its output streams together, or that there is no such program. */
export type CommandOutcome = { kind: 'ended'; code: number | null; output: string } | { kind: 'missing' };

/** Runs a program to its end without a shell. Throws when it cannot be started for another reason than being absent, or on abort. */
export function runCommand(
  command: string,
  args: readonly string[],
  options: { input?: string; uid?: number; gid?: number; cwd?: string; signal?: AbortSignal } = {},
): Promise<CommandOutcome> {
  const { input, ...spawnOptions } = options;
  return new Promise((resolve, reject) => {
    const child = spawn(command, [...args], { ...spawnOptions, stdio: ['pipe', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (output += text));
    child.on('error', (error) => (errnoOf(error) === 'ENOENT' ? resolve({ kind: 'missing' }) : reject(error)));
    child.on('close', (code) => resolve({ kind: 'ended', code, output }));
    // A program that ends without reading its input closes the pipe; its exit code tells the story.
    child.stdin.on('error', (error) => (errnoOf(error) === 'EPIPE' || errnoOf(error) === 'ECONNRESET' ? undefined : reject(error)));
    child.stdin.end(input ?? '');
  });
}

/** The last lines of a text, without blank lines and terminal colours. */
export function lastLines(text: string, count: number): string[] {
  // Terminal colours are ESC [ … m.
  const escape = String.fromCharCode(27);
  return text
    .split(/\r?\n/)
    .map((line) =>
      line
        .split(escape)
        .map((part, index) => (index === 0 ? part : part.replace(/^\[[0-9;]*m/, '')))
        .join('')
        .trimEnd(),
    )
    .filter((line) => line.trim() !== '')
    .slice(-count);
}
