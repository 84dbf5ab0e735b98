import { brent } from '@tributary/numerics';
import { refuse, refuseUnlessBetween } from '../refusal.ts';
import type { Refused } from '../refusal.ts';
import { demandQuantile, expectedShortage, refuseDistribution } from './demand-distribution.ts';
import type { DemandDistribution } from './demand-distribution.ts';

/** `cycle`: probability of no stock-out in an order cycle. `fill-rate`: share of demand met from stock. */
export type ServiceKind = 'cycle' | 'fill-rate';

export interface ReplenishInput {
  /** Demand over the protection interval, `leadTimePeriods + reviewPeriods`, in units of stock. */
  readonly demand: DemandDistribution;
  readonly leadTimePeriods: number;
  /** Periods between two looks at the stock; 0 when it is watched all the time. */
  readonly reviewPeriods: number;
  readonly serviceLevel: number;
  readonly kind: ServiceKind;
  readonly onHand: number;
  /** Ordered and not yet received, less what is promised to customers. */
  readonly onOrder: number;
  /** Least quantity the supplier accepts. */
  readonly minimumOrder?: number;
  /** Orders are whole multiples of this. */
  readonly packSize?: number;
}

export interface Replenishment {
  /** Stock kept against surprise: reorder point less mean demand over the protection interval. */
  readonly safetyStock: number;
  /** Order when on hand plus on order falls below this. */
  readonly reorderPoint: number;
  readonly orderUpTo: number;
  readonly suggestedQuantity: number;
  /** One sentence for the planner. */
  readonly reason: string;
  readonly refused?: undefined;
}

/**
 * Replenishment of one item at one place. The reorder point protects the lead time plus the review period at the wanted service (Silver, Pyke and Thomas 2017,
 * ch. 6): for `cycle` it is that quantile of demand; for `fill-rate` the stock whose expected shortage is (1 − service) of the demand of one cycle.
 * With periodic review the order brings the position up to the reorder point (R, S); with continuous review one more period's demand is ordered on top (s, S).
 */
export function replenish(input: ReplenishInput): Replenishment | Refused {
  const refused = refuseInput(input);
  if (refused) return refused;
  const { demand, leadTimePeriods, reviewPeriods, serviceLevel, kind, onHand, onOrder, minimumOrder = 0, packSize = 0 } = input;
  const protection = leadTimePeriods + reviewPeriods;
  const perPeriod = demand.mean / protection;
  const lot = reviewPeriods > 0 ? 0 : Math.max(perPeriod, minimumOrder, packSize);
  const cycleDemand = reviewPeriods > 0 ? perPeriod * reviewPeriods : lot;
  const reorderPoint = kind === 'cycle' ? demandQuantile(demand, serviceLevel) : stockForFillRate(demand, (1 - serviceLevel) * cycleDemand);
  const orderUpTo = reorderPoint + lot;
  const position = onHand + onOrder;
  const wanted = position < reorderPoint ? orderUpTo - position : 0;
  const suggestedQuantity = wanted > 0 ? roundUp(Math.max(wanted, minimumOrder), packSize) : 0;
  const service = `${(100 * serviceLevel).toFixed(1).replace(/\.0$/, '')} % ${kind === 'cycle' ? 'of cycles without a stock-out' : 'of demand met from stock'}`;
  const reason =
    suggestedQuantity > 0
      ? `Stock and open orders (${show(position)}) are below ${show(reorderPoint)}, the stock that lasts ${show(protection)} periods at ${service}; order ${show(suggestedQuantity)}${rounding(suggestedQuantity, wanted, minimumOrder, packSize)}.`
      : `Stock and open orders (${show(position)}) reach ${show(reorderPoint)}, the stock that lasts ${show(protection)} periods at ${service}; nothing to order.`;
  return { safetyStock: reorderPoint - demand.mean, reorderPoint, orderUpTo, suggestedQuantity, reason };
}

function refuseInput(input: ReplenishInput): Refused | undefined {
  const bad = refuseDistribution(input.demand, 'demand') ?? refuseUnlessBetween(input.serviceLevel, 0, 1, 'serviceLevel');
  if (bad) return bad;
  for (const field of ['onHand', 'onOrder'] as const) {
    if (!Number.isFinite(input[field])) return refuse('not-finite', field, `must be a finite number, got ${input[field]}`);
  }
  for (const field of ['leadTimePeriods', 'reviewPeriods', 'minimumOrder', 'packSize'] as const) {
    const value = input[field] ?? 0;
    if (!Number.isFinite(value) || value < 0) return refuse('bad-option', field, `must be finite and not negative, got ${value}`);
  }
  if (input.leadTimePeriods + input.reviewPeriods <= 0)
    return refuse('bad-option', 'leadTimePeriods', 'lead time and review period cannot both be zero');
  return undefined;
}

/** The stock at which the expected shortage equals `allowed`; 0 where even no stock is short of less than that. */
function stockForFillRate(demand: DemandDistribution, allowed: number): number {
  if (expectedShortage(demand, 0) <= allowed) return 0;
  let high = Math.max(demand.mean, demandQuantile(demand, 0.99), Number.MIN_VALUE * 4);
  while (expectedShortage(demand, high) > allowed) high *= 2;
  return brent((stock) => expectedShortage(demand, stock) - allowed, 0, high);
}

function roundUp(quantity: number, pack: number): number {
  if (pack <= 0) return quantity;
  // 30.000000000000004 is 30: an order must not grow by a pack because of a rounding error.
  const packs = quantity / pack;
  const nearest = Math.round(packs);
  return (Math.abs(packs - nearest) < 1e-9 * Math.max(1, packs) ? nearest : Math.ceil(packs)) * pack;
}

function rounding(quantity: number, wanted: number, minimum: number, pack: number): string {
  if (quantity - wanted < 1e-9 * Math.max(1, wanted)) return '';
  if (wanted < minimum) return pack > 0 ? ` (minimum order ${show(minimum)}, packs of ${show(pack)})` : ` (minimum order ${show(minimum)})`;
  return ` (packs of ${show(pack)})`;
}

function show(value: number): string {
  return String(Number(value.toPrecision(6)));
}
