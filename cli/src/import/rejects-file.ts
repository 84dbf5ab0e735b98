import { once } from 'node:events';
import { createWriteStream, type WriteStream } from 'node:fs';
import { mkdir, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { finished } from 'node:stream/promises';

/** The rows of one import that were set aside, one JSON object a line: `{ row, reason, detail, cells? }`. Made when the first one comes. */
export class RejectsFile {
  #stream: WriteStream | undefined;
  #failure: Error | undefined;

  private constructor(readonly path: string) {}

  /** The rejects of an import of this file; those of an earlier run are removed. */
  static async prepare(dataDir: string, importedFile: string): Promise<RejectsFile> {
    const path = join(dataDir, 'import-rejects', `${basename(importedFile)}.jsonl`);
    await mkdir(dirname(path), { recursive: true });
    await rm(path, { force: true });
    return new RejectsFile(path);
  }

  /** Whether anything was set aside. */
  get used(): boolean {
    return this.#stream !== undefined;
  }

  /** Adds a line. */
  add(line: { readonly row: number; readonly reason: string; readonly detail: string; readonly cells?: readonly string[] }): void {
    this.#stream ??= createWriteStream(this.path).on('error', (error) => (this.#failure ??= error));
    this.#stream.write(`${JSON.stringify(line)}\n`);
  }

  /** Waits while more is buffered than the disk has taken. Throws when the disk cannot take it: a row must not be lost in silence. */
  async settled(): Promise<void> {
    if (this.#stream?.writableNeedDrain === true && this.#failure === undefined) await once(this.#stream, 'drain');
    if (this.#failure !== undefined) throw this.#failure;
  }

  /** Writes what is left and closes. */
  async close(): Promise<void> {
    if (this.#stream === undefined) return;
    this.#stream.end();
    await finished(this.#stream);
  }
}
