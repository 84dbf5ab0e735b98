import { AMOUNT_SCALE, formatDecimal, parseDecimal } from '@tributary/contracts';

/** What the hub delivers to `/hooks`. */
export interface Hook {
  /** Contract of the event: `erp.forecast`, `erp.replenishment`, `customer.segment`. */
  readonly type: string;
  readonly id: string;
  readonly key: string;
  /** The contract's JSON form. */
  readonly data: Readonly<Record<string, unknown>>;
}

/** What the simulated planner decides. */
export type Verdict =
  | { readonly decision: 'ACCEPTED'; readonly rule: string }
  | { readonly decision: 'REFUSED'; readonly rule: string; readonly reason: string }
  | { readonly decision: 'OVERRIDDEN'; readonly rule: string; readonly reason: string; readonly value: string };

/** By what the planner decides; hashes stand for the opinions of people. */
export interface ErpRules {
  /** Every subject whose hash is divisible by this is refused. */
  readonly refuseEvery: number;
  /** Every subject whose hash is divisible by this is overridden. */
  readonly overrideEvery: number;
}

/** The rules when none are given. */
export const defaultErpRules: ErpRules = { refuseEvery: 13, overrideEvery: 7 };

/** What the ERP knows about its articles: units of a pack by sku. Empty: it has no list and refuses nothing for not being on it. */
export type Assortment = ReadonlyMap<string, bigint>;

/** Decides by rule; the same hook always gets the same verdict. Pure. */
export function decide(hook: Hook, rules: ErpRules, assortment: Assortment): Verdict {
  if (hook.type === 'erp.forecast' || hook.type === 'erp.replenishment') {
    const sku = typeof hook.data.sku === 'string' ? hook.data.sku : '';
    if (assortment.size > 0 && !assortment.has(sku))
      return { decision: 'REFUSED', rule: 'not-carried', reason: `${sku} is not in our range` };
    const hash = hashOf(sku);
    if (hash % rules.refuseEvery === 0)
      return { decision: 'REFUSED', rule: 'planned-by-hand', reason: 'planned by hand until further notice' };
    return hook.type === 'erp.forecast'
      ? onForecast(hook, hash, rules)
      : onReplenishment(hook, hash, rules, assortment.get(sku) ?? 10_000n);
  }
  if (hashOf(hook.key) % rules.refuseEvery === 0)
    return { decision: 'REFUSED', rule: 'class-frozen', reason: 'the class of this customer is kept by the sales office' };
  return { decision: 'ACCEPTED', rule: 'default' };
}

function onForecast(hook: Hook, hash: number, rules: ErpRules): Verdict {
  const first = Array.isArray(hook.data.mean) ? Number(hook.data.mean[0]) : Number.NaN;
  if (!(first >= 0 && first < 1e9)) return { decision: 'REFUSED', rule: 'no-quantity', reason: 'mean holds no plausible quantity' };
  if (hash % rules.overrideEvery !== 0) return { decision: 'ACCEPTED', rule: 'default' };
  return {
    decision: 'OVERRIDDEN',
    rule: 'planner',
    reason: 'the planner expects whole units and one more',
    value: String(Math.ceil(first) + 1),
  };
}

function onReplenishment(hook: Hook, hash: number, rules: ErpRules, pack: bigint): Verdict {
  const suggested = parseDecimal(String(hook.data.suggestedQuantity), AMOUNT_SCALE);
  if (suggested === undefined || suggested < 0n)
    return { decision: 'REFUSED', rule: 'no-quantity', reason: 'suggestedQuantity is no quantity' };
  const rounded = ((suggested + pack - 1n) / pack) * pack;
  if (rounded !== suggested)
    return { decision: 'OVERRIDDEN', rule: 'pack-size', reason: 'rounded up to whole packs', value: formatDecimal(rounded, AMOUNT_SCALE) };
  if (hash % rules.overrideEvery !== 0) return { decision: 'ACCEPTED', rule: 'default' };
  return {
    decision: 'OVERRIDDEN',
    rule: 'planner',
    reason: 'one pack more for safety',
    value: formatDecimal(suggested + pack, AMOUNT_SCALE),
  };
}

/** FNV-1a, 32 bits: spreads short texts evenly and is the same everywhere. */
export function hashOf(text: string): number {
  let hash = 0x811c9dc5;
  for (const byte of new TextEncoder().encode(text)) hash = Math.imul(hash ^ byte, 0x01000193);
  return hash >>> 0;
}
