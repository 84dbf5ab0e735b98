import { renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CellRig } from './cell-rig.ts';

const PRELOAD = new URL('./shifted-clock.mjs', import.meta.url).href;
const SEEN_MS = 200;

/** A wall clock that processes of the hub go by, and that can be set while they run. */
export class WallClock {
  private readonly file: string;

  constructor(
    private readonly rig: CellRig,
    name = 'clock',
  ) {
    this.file = join(rig.stack.folder, `${rig.id}-${name}`);
    writeFileSync(this.file, '0');
  }

  /** Environment of a process that goes by it. */
  get env(): Readonly<Record<string, string>> {
    return { NODE_OPTIONS: `--import ${PRELOAD}`, FAULTS_CLOCK: this.file };
  }

  /** Sets it so many milliseconds off the true time, and waits until every process has seen that. */
  async set(offsetMs: number): Promise<void> {
    this.rig.history.note('clock set', { hours: offsetMs / 3_600_000 });
    writeFileSync(`${this.file}.new`, String(offsetMs));
    renameSync(`${this.file}.new`, this.file);
    await this.rig.pause(SEEN_MS);
  }
}
