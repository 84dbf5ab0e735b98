import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { Command } from 'commander';
import { registerModelVerbs } from '../../cli/src/verbs/models.ts';

/** What a verb printed. */
export interface Printed {
  readonly out: string;
  readonly err: string;
}

const collector = (): { readonly stream: Writable; readonly text: () => string } => {
  const chunks: string[] = [];
  const stream = new Writable({
    write: (chunk: Buffer, _encoding, done) => {
      chunks.push(chunk.toString());
      done();
    },
  });
  return { stream, text: () => chunks.join('') };
};

/** Runs a model verb of the command line in this process. Rejects with the fault that the command line would print. */
export async function runVerb(...args: readonly string[]): Promise<Printed> {
  const [out, err] = [collector(), collector()];
  const program = new Command('tributary').exitOverride().configureOutput({ writeErr: () => undefined, writeOut: () => undefined });
  registerModelVerbs(program, { out: out.stream, err: err.stream });
  await program.parseAsync(args, { from: 'user' });
  return { out: out.text(), err: err.text() };
}

/** Runs a verb with `--json` and parses what it printed. */
export async function runVerbJson<T>(...args: readonly string[]): Promise<T> {
  return JSON.parse((await runVerb(...args, '--json')).out) as T;
}

/** Makes files in a new folder and says where they are. */
export function placeFiles<N extends string>(files: Readonly<Record<N, string | Uint8Array>>): Readonly<Record<N, string>> {
  const folder = mkdtempSync(join(tmpdir(), 'tributary-verb-'));
  return Object.fromEntries(
    Object.entries<string | Uint8Array>(files).map(([name, content]) => {
      const path = join(folder, name);
      writeFileSync(path, content);
      return [name, path];
    }),
  ) as Record<N, string>;
}
