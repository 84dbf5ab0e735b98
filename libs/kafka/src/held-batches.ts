/** How much is in hand. */
export interface HeldAmount {
  readonly events: number;
  readonly bytes: number;
}

/**
 * What was fetched and is not committed yet, over all partitions. Beyond the limits nothing more may be fetched, until half of them is
 * free again: a resumed fetch begins with a pause, so it is worth making room first.
 */
export class HeldBatches {
  private events = 0;
  private bytes = 0;
  private full = false;

  constructor(private readonly limits: HeldAmount) {}

  get amount(): HeldAmount {
    return { events: this.events, bytes: this.bytes };
  }

  /** Whether fetching has to stand still. */
  get isFull(): boolean {
    return this.full;
  }

  /** @returns whether fetching has to stand still from now on. */
  take({ events, bytes }: HeldAmount): boolean {
    this.events += events;
    this.bytes += bytes;
    if (this.full || (this.events <= this.limits.events && this.bytes <= this.limits.bytes)) return false;
    this.full = true;
    return true;
  }

  /** @returns whether fetching may go on from now on. */
  release({ events, bytes }: HeldAmount): boolean {
    this.events -= events;
    this.bytes -= bytes;
    if (!this.full || this.events > this.limits.events / 2 || this.bytes > this.limits.bytes / 2) return false;
    this.full = false;
    return true;
  }
}
