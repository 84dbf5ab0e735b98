/** Something read, and when. */
export interface Reading<T> {
  readonly value: T;
  /** Milliseconds. */
  readonly at: number;
  /** Since when reading has failed, milliseconds; `undefined` while it works. */
  readonly failingSince: number | undefined;
}

/** How a reading is kept fresh. */
export interface LatestOptions {
  /** A younger reading is given again, milliseconds. */
  readonly keepMs: number;
  /** After this long the last reading is given although a new one is on its way, milliseconds. */
  readonly patienceMs: number;
  readonly clock: () => number;
  /** Called once each time reading begins to fail. */
  readonly failed: (error: unknown) => void;
  /** Called once each time it works again. */
  readonly recovered: () => void;
}

/** Reading takes at most this share of the time: a slow read is done less often. */
const SHARE = 10;

/** The latest reading of something that many ask for: read once for all of them, and the last good one while reading fails. */
export class Latest<T> {
  private reading: Reading<T> | undefined;
  private next = 0;
  private inFlight: Promise<void> | undefined;
  private error: unknown;
  private failingSince: number | undefined;

  constructor(
    private readonly read: () => Promise<T>,
    private readonly options: LatestOptions,
  ) {}

  /** @throws what reading threw, when there has never been a good reading. */
  async get(): Promise<Reading<T>> {
    if (this.reading === undefined) await this.refresh();
    else if (this.options.clock() >= this.next) await Promise.race([this.refresh(), patience(this.options.patienceMs)]);
    if (this.reading === undefined) throw this.error;
    return { ...this.reading, failingSince: this.failingSince };
  }

  private refresh(): Promise<void> {
    return (this.inFlight ??= this.readOnce().finally(() => {
      this.inFlight = undefined;
    }));
  }

  private async readOnce(): Promise<void> {
    const { clock, keepMs, failed, recovered } = this.options;
    const began = clock();
    try {
      const value = await this.read();
      this.reading = { value, at: clock(), failingSince: undefined };
      if (this.failingSince !== undefined) recovered();
      this.failingSince = undefined;
    } catch (error) {
      this.error = error;
      if (this.failingSince === undefined) failed(error);
      this.failingSince ??= began;
    }
    this.next = clock() + Math.max(keepMs, SHARE * (clock() - began));
  }
}

const patience = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, milliseconds).unref();
  });
