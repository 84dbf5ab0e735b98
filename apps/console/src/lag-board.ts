import type { Reach } from './api.ts';
import { lagOf, withSample, type EndSample, type Lag } from './lag.ts';
import type { Watermarks } from './watermarks.ts';

/** Looks at the ends of the partitions every few seconds, so that lag can be told in seconds as well as in records. */
export class LagBoard {
  private readonly ends = new Map<string, readonly EndSample[]>();
  private timer: NodeJS.Timeout | undefined;
  private looking: Promise<void> | undefined;
  private silentSince: number | undefined;
  private looked = false;

  /**
   * @param watermarks absent: nobody tells where partitions end, and lag is unknown.
   * @param failed called once each time Kafka falls silent.
   */
  constructor(
    private readonly watermarks: Watermarks | undefined,
    private readonly clock: () => number,
    private readonly failed: (error: unknown) => void,
  ) {}

  start(everyMs: number): void {
    if (this.watermarks === undefined) return;
    void this.look();
    this.timer = setInterval(() => void this.look(), everyMs);
    this.timer.unref();
  }

  async stop(): Promise<void> {
    clearInterval(this.timer);
    await this.looking;
  }

  /** One look; a look that is still on its way is waited for, not doubled. */
  look(): Promise<void> {
    return (this.looking ??= this.ask().finally(() => {
      this.looking = undefined;
    }));
  }

  private async ask(): Promise<void> {
    try {
      const ends = (await this.watermarks?.()) ?? [];
      const at = this.clock();
      for (const { topic, partition, high } of ends) {
        const name = `${topic}/${partition}`;
        this.ends.set(name, withSample(this.ends.get(name) ?? [], { end: high, at }));
      }
      this.silentSince = undefined;
      this.looked = true;
    } catch (error) {
      if (this.silentSince === undefined) this.failed(error);
      this.silentSince ??= this.clock();
    }
  }

  /** Lag of a consumer at `position`; unknown while Kafka is silent, since records may be arriving unseen. */
  lag(topic: string, partition: number, position: bigint): Lag | undefined {
    if (this.silentSince !== undefined) return undefined;
    return lagOf(this.ends.get(`${topic}/${partition}`) ?? [], position);
  }

  reach(): Reach {
    if (this.silentSince !== undefined) return { state: 'down', since: new Date(this.silentSince).toISOString() };
    return { state: this.looked ? 'up' : 'unknown' };
  }
}
