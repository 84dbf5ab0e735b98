import { normalCdf, normalPdf, normalQuantile } from '@tributary/numerics';
import { refuse } from '../refusal.ts';
import type { Refused } from '../refusal.ts';

/** Demand over some stretch of time: normal, or known by some quantiles (level → quantity). Both never below zero. */
export type DemandDistribution =
  | { readonly kind: 'normal'; readonly mean: number; readonly standardDeviation: number }
  | { readonly kind: 'quantiles'; readonly mean: number; readonly quantiles: Readonly<Record<string, number>> };

/** Refuses a distribution with non-finite, negative or crossing entries, or with fewer than two quantiles. */
export function refuseDistribution(demand: DemandDistribution, field: string): Refused | undefined {
  if (!Number.isFinite(demand.mean) || demand.mean < 0)
    return refuse('bad-option', `${field}.mean`, `must be finite and not negative, got ${demand.mean}`);
  if (demand.kind === 'normal') {
    if (Number.isFinite(demand.standardDeviation) && demand.standardDeviation >= 0) return undefined;
    return refuse('bad-option', `${field}.standardDeviation`, `must be finite and not negative, got ${demand.standardDeviation}`);
  }
  const points = quantilePoints(demand.quantiles);
  if (points.length < 2) return refuse('too-short', `${field}.quantiles`, 'needs at least two levels');
  for (const [i, { level, value }] of points.entries()) {
    if (!(level > 0 && level < 1)) return refuse('bad-option', `${field}.quantiles`, `level ${level} is not strictly between 0 and 1`);
    if (!Number.isFinite(value)) return refuse('not-finite', `${field}.quantiles[${level}]`, `must be finite, got ${value}`);
    if (i > 0 && value < (points[i - 1]?.value ?? value))
      return refuse('bad-option', `${field}.quantiles`, `quantiles cross at level ${level}`);
  }
  return undefined;
}

function quantilePoints(quantiles: Readonly<Record<string, number>>): { level: number; z: number; value: number }[] {
  return Object.entries(quantiles)
    .map(([key, value]) => ({ level: Number(key), value }))
    .sort((a, b) => a.level - b.level)
    .map(({ level, value }) => ({ level, z: level > 0 && level < 1 ? normalQuantile(level) : Number.NaN, value }));
}

/**
 * The quantity that demand does not exceed with probability `level`. Between known quantiles the quantity is linear in the normal score
 * (exact for normal demand); beyond them the last slope continues.
 */
export function demandQuantile(demand: DemandDistribution, level: number): number {
  const z = normalQuantile(level);
  if (demand.kind === 'normal') return Math.max(0, demand.mean + z * demand.standardDeviation);
  const points = quantilePoints(demand.quantiles);
  let i = 1;
  while (i < points.length - 1 && z > (points[i]?.z as number)) i++;
  const left = points[i - 1] as { z: number; value: number };
  const right = points[i] as { z: number; value: number };
  return Math.max(0, left.value + ((z - left.z) / (right.z - left.z)) * (right.value - left.value));
}

const STEPS = 400;

/** Expected demand beyond `stock`: for normal demand σ·[φ(k) − k·(1 − Φ(k))] (Silver, Pyke and Thomas 2017, ch. 6), else ∫ max(0, Q(p) − stock) dp. */
export function expectedShortage(demand: DemandDistribution, stock: number): number {
  if (demand.kind === 'normal') {
    const sigma = demand.standardDeviation;
    if (sigma === 0) return Math.max(0, demand.mean - stock);
    const k = (stock - demand.mean) / sigma;
    // Beyond forty deviations the loss is the line it approaches.
    if (Math.abs(k) > 40) return Math.max(0, demand.mean - stock);
    // The upper tail as the lower tail of -k: 1 - F(k) has no digits left beyond eight deviations.
    return Math.max(0, sigma * (normalPdf(k) - k * normalCdf(-k)));
  }
  let sum = 0;
  for (let i = 0; i < STEPS; i++) sum += Math.max(0, demandQuantile(demand, (i + 0.5) / STEPS) - stock) / STEPS;
  return sum;
}
