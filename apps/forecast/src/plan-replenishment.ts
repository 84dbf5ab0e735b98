import { AMOUNT_SCALE, type Replenishment } from '@tributary/contracts';
import { isRefused, replenish } from '@tributary/forecasting';
import type { Fitted } from './fit-series.ts';
import { leadTimeDemand } from './lead-time-demand.ts';
import { daysIn, type Bucket } from './period.ts';

/** Stock and supply of a series as known now; quantities unscaled, scale 4. */
export interface Supply {
  /** `null` while no level was ever told: nothing can be suggested then. */
  readonly stock: {
    readonly onHand: bigint;
    readonly reserved: bigint;
    readonly onOrder: bigint;
    readonly leadTimeDays: number | null;
  } | null;
  readonly product: {
    readonly active: boolean;
    readonly leadTimeDays: number | null;
    readonly minimumOrder: bigint | null;
    readonly packSize: bigint | null;
  } | null;
}

/** What to order, without key and sequence; or why nothing is said. */
export type Plan =
  | { readonly kind: 'plan'; readonly plan: Omit<Replenishment, 'sku' | 'location' | 'seq' | 'asOf'> }
  | { readonly kind: 'none'; readonly reason: string };

/** Lead time where neither the ERP's stock nor its product tells one. */
const DEFAULT_LEAD_TIME_DAYS = 14;
/** Share of order cycles without a stock-out that is aimed at. */
const SERVICE_LEVEL = 0.95;

const UNIT = 10 ** AMOUNT_SCALE;
const units = (unscaled: bigint | null): number => Number(unscaled ?? 0n) / UNIT;

/**
 * Replenishment of a series from its forecast and supply: the protection interval is the lead time plus one period (the forecast is looked
 * at once a period), what is promised to customers is not there to be sold, orders are whole pieces where only whole pieces were ever sold.
 */
export function planReplenishment(fitted: Fitted, supply: Supply, bucket: Bucket, pieces: boolean): Plan {
  const { stock, product } = supply;
  if (stock === null) return { kind: 'none', reason: 'no stock level is known of it' };
  const leadTimeDays = stock.leadTimeDays ?? product?.leadTimeDays ?? DEFAULT_LEAD_TIME_DAYS;
  const leadTimePeriods = leadTimeDays / daysIn(bucket);
  const packSize = units(product?.packSize ?? null);
  const result = replenish({
    demand: leadTimeDemand(fitted, leadTimePeriods + 1),
    leadTimePeriods,
    reviewPeriods: 1,
    serviceLevel: SERVICE_LEVEL,
    kind: 'cycle',
    onHand: units(stock.onHand),
    onOrder: units(stock.onOrder) - units(stock.reserved),
    minimumOrder: units(product?.minimumOrder ?? null),
    packSize: packSize > 0 ? packSize : pieces ? 1 : 0,
  });
  if (isRefused(result)) return { kind: 'none', reason: `${result.refused.field} ${result.refused.reason}` };
  const sold = product?.active !== false;
  return {
    kind: 'plan',
    plan: {
      suggestedQuantity: sold ? BigInt(Math.round(result.suggestedQuantity * UNIT)) : 0n,
      reorderPoint: result.reorderPoint,
      safetyStock: result.safetyStock,
      orderUpTo: result.orderUpTo,
      onHand: stock.onHand,
      onOrder: stock.onOrder,
      leadTimeDays,
      serviceLevel: SERVICE_LEVEL,
      reason: sold ? result.reason : 'It is no longer sold: nothing to order.',
    },
  };
}
