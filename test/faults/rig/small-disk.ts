import { spawnSync } from 'node:child_process';
import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { CannotRun } from '../cannot-run.ts';
import { fillWith } from './small-postgres.ts';

/** A small file system (tmpfs) that can be filled. */
export class SmallDisk {
  private readonly ballast: string;

  private constructor(readonly folder: string) {
    this.ballast = join(folder, 'ballast');
  }

  /** @throws CannotRun where this machine mounts none. */
  static mount(folder: string, megabytes: number): Promise<SmallDisk> {
    mkdirSync(folder, { recursive: true });
    const mount = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${megabytes}m`, 'tmpfs', folder], { encoding: 'utf8' });
    if (mount.status !== 0)
      return Promise.reject(new CannotRun(`a tmpfs cannot be mounted here: ${mount.error?.message ?? mount.stderr.trim()}`));
    return Promise.resolve(new SmallDisk(folder));
  }

  /** Takes the last block. */
  fill(): void {
    fillWith(this.ballast);
  }

  /** Gives it back. */
  free(): void {
    rmSync(this.ballast, { force: true });
  }

  unmount(): Promise<void> {
    spawnSync('umount', ['-l', this.folder]);
    rmSync(this.folder, { recursive: true, force: true });
    return Promise.resolve();
  }
}
