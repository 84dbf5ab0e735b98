import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = join(dirname(fileURLToPath(import.meta.url)), '../..');

/**
 * The interpreter of a Python environment of its own under `.venv/NAME` with exactly what a requirements file pins. Made when missing or when the
 * file has changed since. Throws with the reason where that cannot be done: no Python 3, no venv module, no package registry.
 */
export function pythonEnvironment(name: string, requirements: string): string {
  const folder = join(root, '.venv', name);
  const python = join(folder, 'bin/python');
  const wanted = readFileSync(requirements, 'utf8');
  const made = join(folder, 'made-from.txt');
  if (existsSync(python) && existsSync(made) && readFileSync(made, 'utf8') === wanted) return python;
  // Standard output belongs to whoever reads the figures.
  const run = (command: string, ...args: string[]): void => {
    execFileSync(command, args, { stdio: ['ignore', process.stderr, 'inherit'] });
  };
  rmSync(made, { force: true });
  run('python3', '-m', 'venv', folder);
  run(python, '-m', 'pip', 'install', '-q', '--disable-pip-version-check', '-r', requirements);
  writeFileSync(made, wanted);
  return python;
}
