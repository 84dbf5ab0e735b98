import { threadMicros } from './process-figures.ts';

/** What a part of the work took, microseconds in all. */
export interface Share {
  wall: number;
  /** Processor time of this Node process, garbage collection included. */
  node: number;
  /** Processor time of the connection's PostgreSQL process. */
  postgres: number;
}

interface Reading {
  readonly wall: number;
  readonly node: number;
  readonly postgres: number;
}

/** Attributes time to named parts: each mark gives everything since the mark before it to its name. Work must go on in one lane. */
export class StageClock {
  private readonly shares = new Map<string, Share>();
  private last: Reading;

  constructor(private readonly backend: number) {
    this.last = this.read();
  }

  /** Forgets what was measured. */
  clear(): void {
    this.shares.clear();
  }

  /** Starts anew: what went by since the last mark belongs to nobody. */
  start(): void {
    this.last = this.read();
  }

  mark(name: string): void {
    const now = this.read();
    const share = this.shares.get(name) ?? { wall: 0, node: 0, postgres: 0 };
    share.wall += now.wall - this.last.wall;
    share.node += now.node - this.last.node;
    share.postgres += now.postgres - this.last.postgres;
    this.shares.set(name, share);
    // Read again: what the reading itself takes belongs to nobody either.
    this.last = this.read();
  }

  /** The shares in the order in which they were first marked. */
  result(): ReadonlyMap<string, Share> {
    return this.shares;
  }

  private read(): Reading {
    const { user, system } = process.cpuUsage();
    return { wall: performance.now() * 1000, node: user + system, postgres: threadMicros(this.backend) };
  }
}
