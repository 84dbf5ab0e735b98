import type { Product } from '@tributary/contracts';
import type { Random } from '@tributary/numerics';
import { moment, weekday } from './sim-time.ts';

/** Where goods are kept and sold from. */
export const WEB_LOCATION = 'central';
export const STORE_LOCATION = 'store-berlin';

/** How a product sells: this is what a forecast has to find out. */
export type DemandPattern = 'steady' | 'weekend' | 'growing' | 'intermittent' | 'lumpy';

/** A product of the simulated seller. */
export interface Article {
  readonly sku: string;
  readonly name: string;
  readonly category: string;
  readonly pattern: DemandPattern;
  /** Chance to be on a line, relative to the others. */
  readonly weight: number;
  /** Unscaled, scale 6. */
  readonly price: bigint;
  readonly unitCost: bigint;
  readonly leadTimeDays: number;
  readonly packSize: number;
  /** Sold by weight: quantities have three places. */
  readonly byWeight: boolean;
  readonly inStore: boolean;
}

/** A dated promotion: a code, a discount and more demand in one category. Days count from the first simulated day. */
export interface Promotion {
  readonly code: string;
  readonly category: string;
  readonly percent: number;
  readonly uplift: number;
}

const categories = ['kitchen/coffee', 'kitchen/tea', 'home/light', 'home/textile', 'garden', 'stationery'];
const things = ['Mug', 'Lantern', 'Beans', 'Candle', 'Notebook', 'Planter', 'Towel', 'Teapot', 'Lamp', 'Basket'];
const patternsByRank: readonly DemandPattern[] = ['steady', 'weekend', 'steady', 'growing', 'intermittent', 'lumpy'];

/** The range: `count` articles, the first sell best (a Zipf-like law). Some prices have three places and some goods are weighed. */
export function createArticles(random: Random, count: number): Article[] {
  return Array.from({ length: count }, (_, index) => {
    const pattern = patternsByRank[index % patternsByRank.length] ?? 'steady';
    const cents = 150 + random.integer(6_000);
    // One article in nine has a price of three places (1.235): amounts are rounded once, on the line.
    const price = BigInt(cents) * 10_000n + (index % 9 === 4 ? 5_000n : 0n);
    return {
      sku: `SKU-${String(index + 1).padStart(3, '0')}`,
      name: `${things[index % things.length]} No. ${index + 1}`,
      category: categories[index % categories.length] ?? 'garden',
      pattern,
      weight: (pattern === 'intermittent' ? 0.12 : pattern === 'lumpy' ? 0.06 : 1) / (1 + index) ** 0.6,
      price,
      unitCost: (price * 55n) / 100n,
      leadTimeDays: 5 + random.integer(15),
      packSize: [1, 6, 12][index % 3] ?? 1,
      byWeight: index % 20 === 12,
      inStore: index % 3 === 0,
    };
  });
}

/** The promotion on a day, or undefined: ten days out of every ninety, another category each time. */
export function promotionOn(dayIndex: number): Promotion | undefined {
  if (dayIndex % 90 < 60 || dayIndex % 90 >= 70) return undefined;
  const turn = Math.floor(dayIndex / 90);
  return { code: `SAVE15-${turn + 1}`, category: categories[turn % categories.length] ?? 'garden', percent: 15, uplift: 2.5 };
}

/** Relative chance of an article on a day. */
export function demandWeight(article: Article, day: number, dayIndex: number): number {
  const weekend = weekday(day) >= 5;
  const shape = article.pattern === 'weekend' ? (weekend ? 2.5 : 0.5) : article.pattern === 'growing' ? 0.4 + dayIndex / 200 : 1;
  const promotion = promotionOn(dayIndex);
  return article.weight * shape * (promotion?.category === article.category ? promotion.uplift : 1);
}

/** The product snapshot the ERP publishes. */
export function productSnapshot(article: Article, version: number, day: number, active: boolean): Product {
  return {
    sku: article.sku,
    version: BigInt(version),
    name: article.name,
    category: article.category,
    active,
    updatedAt: moment(day, 60),
    currency: 'EUR',
    price: article.price,
    unitCost: article.unitCost,
    leadTimeDays: article.leadTimeDays,
    minimumOrder: BigInt(article.packSize) * 10_000n,
    packSize: BigInt(article.packSize) * 10_000n,
  };
}
