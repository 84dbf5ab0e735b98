import { mkdir, open, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';

/**
 * An append-only file of JSON lines. What `append` resolved for is on the disk and survives a power cut; lines that come in together share one
 * fsync. A last line without its end (the process died while writing it) was never acknowledged and is cut off at the next start.
 */
export class Journal {
  #queue: { readonly line: string; readonly resolve: () => void; readonly reject: (error: unknown) => void }[] = [];
  #flushing: Promise<void> | undefined;
  #broken: { readonly error: unknown } | undefined;

  private constructor(private readonly file: FileHandle) {}

  /** Opens or makes the file and gives every complete line to `replay`. Throws when a complete line is no JSON: the store is broken. */
  static async open(path: string, replay: (entry: unknown) => void): Promise<Journal> {
    await mkdir(dirname(path), { recursive: true });
    const file = await open(path, 'a+');
    try {
      const bytes = await file.readFile();
      const end = bytes.lastIndexOf(10) + 1;
      if (end < bytes.length) await file.truncate(end);
      for (const line of bytes.subarray(0, end).toString('utf8').split('\n')) if (line !== '') replay(JSON.parse(line));
      return new Journal(file);
    } catch (error) {
      await file.close();
      throw error;
    }
  }

  /**
   * Writes one entry; resolves when it is on the disk. After a failed write every later one is refused: half a line may stand at the end, and
   * only a new start cuts it off.
   */
  append(entry: unknown): Promise<void> {
    if (this.#broken !== undefined) return Promise.reject(this.#broken.error);
    const written = new Promise<void>((resolve, reject) => this.#queue.push({ line: `${JSON.stringify(entry)}\n`, resolve, reject }));
    this.#flushing ??= this.#flush().finally(() => (this.#flushing = undefined));
    return written;
  }

  /** Waits for what is being written and closes the file. */
  async close(): Promise<void> {
    await this.#flushing;
    await this.file.close();
  }

  async #flush(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#queue;
      this.#queue = [];
      try {
        await this.file.appendFile(batch.map(({ line }) => line).join(''));
        await this.file.datasync();
        for (const { resolve } of batch) resolve();
      } catch (error) {
        this.#broken ??= { error };
        for (const { reject } of batch) reject(error);
      }
    }
  }
}
