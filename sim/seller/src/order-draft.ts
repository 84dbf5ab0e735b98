import { lineAmount, roundHalfAway, type CustomerRef, type Order, type OrderLine, type OrderStatus } from '@tributary/contracts';
import type { Random } from '@tributary/numerics';
import type { Article, Promotion } from './products.ts';

/** Currency of the shop's books. */
export const SHOP_CURRENCY = 'EUR';
/** Dollars for one euro: scale 4, fixed, so that the truth is a plain number. */
const USD_RATE = 10_873n;

/** What does not change over the versions of an order. */
export interface OrderDraft {
  readonly orderId: string;
  readonly channel: Order['channel'];
  readonly placedAt: number;
  readonly customer: CustomerRef;
  readonly presentment: string | null;
  readonly country: string | null;
  readonly lines: readonly OrderLine[];
  /** Percent on top, for organisations. */
  readonly taxPercent: bigint;
  readonly shipping: bigint;
  readonly discount: bigint;
  readonly promotionCodes: readonly string[];
}

/** A line of an article: whole units, or grams of what is weighed; the promotion's discount in whole cents. */
export function draftLine(random: Random, article: Article, index: number, location: string, promotion: Promotion | undefined): OrderLine {
  const units =
    article.pattern === 'lumpy'
      ? 12 * (1 + random.integer(8))
      : article.pattern === 'steady'
        ? 1 + random.poisson(1.2)
        : 1 + random.poisson(0.6);
  const quantity = article.byWeight ? BigInt(250 + random.integer(1_750)) * 10n : BigInt(units) * 10_000n;
  const full = lineAmount(quantity, article.price, 2);
  const discount = promotion?.category === article.category ? roundHalfAway(full * BigInt(promotion.percent), 6, 2) * 100n : 0n;
  return {
    lineId: String(index + 1),
    kind: 'MERCHANDISE',
    sku: article.sku,
    description: article.name,
    quantity,
    unitPrice: article.price,
    discount,
    amount: full - discount,
    location,
  };
}

/** The snapshot of a draft with a status: all sums computed, each line rounded once. */
export function orderSnapshot(draft: OrderDraft, version: number, status: OrderStatus, updatedAt: number): Order {
  const goods = draft.lines.reduce((sum, line) => sum + line.amount, 0n);
  const tax = roundHalfAway(goods * draft.taxPercent, 6, 2) * 100n;
  const total = goods + tax + draft.shipping - draft.discount;
  return {
    orderId: draft.orderId,
    version: BigInt(version),
    status,
    channel: draft.channel,
    placedAt: draft.placedAt,
    placedAtOffsetMinutes: 60,
    updatedAt,
    customer: draft.customer,
    currency: SHOP_CURRENCY,
    presentmentCurrency: draft.presentment,
    presentmentTotal: draft.presentment === null ? null : inPresentment(total),
    lines: draft.lines,
    tax,
    shipping: draft.shipping,
    discount: draft.discount,
    total,
    promotionCodes: draft.promotionCodes,
    country: draft.country,
  };
}

/** An amount (scale 4) in dollars, whole cents. */
export function inPresentment(amount: bigint): bigint {
  return roundHalfAway(amount * USD_RATE, 8, 2) * 100n;
}
