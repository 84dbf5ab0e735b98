import type { DayUnits } from './add-order.ts';

type Sum = { -readonly [Name in keyof DayUnits]: DayUnits[Name] };

/** Units summed by day, location and sku. Maps in maps: a key joined of the three would be made and hashed for every line. */
export class DaySums {
  private readonly days = new Map<number, Map<string, Map<string, Sum>>>();
  private readonly sums: Sum[] = [];

  add({ sku, location, day, quantity }: DayUnits): void {
    let locations = this.days.get(day);
    if (locations === undefined) this.days.set(day, (locations = new Map()));
    let skus = locations.get(location);
    if (skus === undefined) locations.set(location, (skus = new Map()));
    const sum = skus.get(sku);
    if (sum !== undefined) {
      sum.quantity += quantity;
      return;
    }
    const first = { sku, location, day, quantity };
    skus.set(sku, first);
    this.sums.push(first);
  }

  /** Those that are not zero. */
  changed(): DayUnits[] {
    return this.sums.filter(({ quantity }) => quantity !== 0n);
  }
}
