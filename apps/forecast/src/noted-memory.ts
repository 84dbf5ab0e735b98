import type { SeriesKey } from './series-key.ts';

/** Series and days that are remembered at most; then all are forgotten, which costs a statement each and nothing else. */
const MOST = 200_000;

/**
 * What this process has noted and committed: series as changed since a look began, days as days of trade. Neither is ever taken back while
 * the look, the group's epoch and the database's timeline are the same, so neither need be noted again.
 */
export class NotedMemory {
  private epoch = -1;
  private timeline = '';
  private look = -1n;
  /** Skus by location. */
  private readonly series = new Map<string, Set<string>>();
  private readonly days = new Set<number>();
  private size = 0;

  /** Forgets everything when the epoch is another: the tables were written by somebody else. */
  enter(epoch: number): void {
    if (epoch === this.epoch) return;
    this.epoch = epoch;
    this.look = -1n;
    this.forget();
  }

  /** Forgets everything when the database is on another timeline: what was committed before it may be lost. */
  follow(timeline: string): void {
    if (timeline === this.timeline) return;
    this.timeline = timeline;
    this.look = -1n;
    this.forget();
  }

  /** What would be told of a batch that begins now; to be kept when it is committed. */
  begin(): { keep(timeline: string, look: bigint, series: readonly SeriesKey[], days: readonly number[]): void } {
    const { epoch } = this;
    return {
      keep: (timeline, look, series, days) => {
        if (epoch !== this.epoch || timeline !== this.timeline) return;
        this.keepDays(days);
        this.keepSeries(look, series);
      },
    };
  }

  hasSeries(look: bigint, { sku, location }: SeriesKey): boolean {
    return look === this.look && this.series.get(location)?.has(sku) === true;
  }

  hasDay(day: number): boolean {
    return this.days.has(day);
  }

  private keepDays(days: readonly number[]): void {
    for (const day of days) this.days.add(day);
    if (this.days.size > MOST) this.days.clear();
  }

  private keepSeries(look: bigint, series: readonly SeriesKey[]): void {
    // Of a look that is over: another batch has seen a newer one.
    if (look < this.look) return;
    if (look > this.look || this.size + series.length > MOST) this.forgetSeries();
    this.look = look;
    for (const { sku, location } of series) {
      let skus = this.series.get(location);
      if (skus === undefined) this.series.set(location, (skus = new Set()));
      skus.add(sku);
    }
    this.size += series.length;
  }

  private forget(): void {
    this.forgetSeries();
    this.days.clear();
  }

  private forgetSeries(): void {
    this.series.clear();
    this.size = 0;
  }
}
