import { readFileSync } from 'node:fs';
import type { CellRig } from '../rig/cell-rig.ts';
import type { Workers } from './workers.ts';

interface Sample {
  readonly pid: number;
  /** Seconds since the process came up. */
  readonly age: number;
  readonly rssMb: number;
  readonly connections: number;
}

const WARM_SECONDS = 30;
/** What a process that has warmed up may grow, and the most connections its pools and listeners may have. */
const MOST_GROWTH = 1.35;
const MOST_CONNECTIONS = 60;

/** Watches that memory and connections stay flat. */
export class Steadiness {
  private readonly samples: Sample[] = [];

  constructor(
    private readonly rig: CellRig,
    private readonly workers: Workers,
    private readonly lines: number,
  ) {}

  look(): void {
    for (let line = 0; line < this.lines; line += 1) {
      const worker = this.workers.at(line);
      if (!worker.alive || worker.upAt === undefined) continue;
      const status = readFileSync(`/proc/${worker.pid}/status`, 'utf8');
      const rssMb = Number(/VmRSS:\s+(\d+)/.exec(status)?.[1] ?? 0) / 1024;
      const connections = this.rig.lines(line).postgres.connections + this.rig.lines(line).kafka.connections;
      this.samples.push({ pid: worker.pid, age: (performance.now() - worker.upAt) / 1000, rssMb, connections });
    }
  }

  /**
   * Says what was not flat.
   * @returns a line about the connections, and one about the memory of each process that lived long enough.
   */
  demand(): string[] {
    const most = Math.max(0, ...this.samples.map((sample) => sample.connections));
    this.rig.demand(most <= MOST_CONNECTIONS, `${most} connections of one process`);
    const lines = [`${most} connections of one process at most`];
    for (const pid of new Set(this.samples.map((sample) => sample.pid))) {
      const own = this.samples.filter((sample) => sample.pid === pid && sample.age > WARM_SECONDS).map((sample) => sample.rssMb);
      const third = Math.floor(own.length / 3);
      if (third < 3) continue;
      const [early, late] = [own.slice(0, third), own.slice(-third)].map((part) => part.reduce((sum, mb) => sum + mb, 0) / third) as [
        number,
        number,
      ];
      lines.push(`process ${pid}: ${Math.round(early)} MB in its first third, ${Math.round(late)} MB in its last`);
      this.rig.demand(late <= early * MOST_GROWTH, `process ${pid} grew from ${Math.round(early)} MB to ${Math.round(late)} MB`);
    }
    this.rig.history.note('steadiness', { lines });
    return lines;
  }
}
