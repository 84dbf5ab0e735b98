import { cholesky, choleskySolve } from '@tributary/numerics';
import { refuse, refuseNonFinite } from '../refusal.ts';
import type { Refused } from '../refusal.ts';

/** A hierarchy: each row of `summing` says which bottom series add up to that node; bottom nodes come last, as an identity matrix. */
export interface Hierarchy {
  readonly summing: readonly (readonly number[])[];
}

export type ReconcileMethod = 'bottom-up' | 'ols' | 'wls' | 'mint-shrink';

export interface Reconciliation {
  /** One row a node, one column a step; every node is the sum of its bottom nodes. */
  readonly forecasts: number[][];
  /** Weight of the diagonal in the shrunken covariance (`mint-shrink` only). */
  readonly shrinkage?: number;
  readonly refused?: undefined;
}

/**
 * Makes forecasts of a hierarchy add up. `bottom-up` sums the bottom forecasts. The others project all forecasts onto the sums that can be, S(S′W⁻¹S)⁻¹S′W⁻¹ŷ
 * (Wickramasuriya, Athanasopoulos and Hyndman 2019, "Optimal forecast reconciliation … through trace minimization", eq. 9): W is the identity (`ols`), the variances of the
 * one-step errors (`wls`), or their covariance shrunk to its diagonal (`mint-shrink`, Schäfer and Strimmer 2005).
 * `base`: node × step. `residuals`: node × time, wanted by `wls` and `mint-shrink`.
 */
export function reconcile(
  hierarchy: Hierarchy,
  base: readonly (readonly number[])[],
  method: ReconcileMethod,
  residuals?: readonly (readonly number[])[],
): Reconciliation | Refused {
  const { summing } = hierarchy;
  const refused = refuseShape(summing, base, method, residuals);
  if (refused) return refused;
  const nodes = summing.length;
  const bottom = summing[0]?.length ?? 0;
  const horizon = base[0]?.length ?? 0;
  const rebuild = (low: readonly (readonly number[])[]): number[][] =>
    summing.map((row) => Array.from({ length: horizon }, (_, h) => row.reduce((sum, share, j) => sum + share * (low[j]?.[h] ?? 0), 0)));
  if (method === 'bottom-up') return { forecasts: rebuild(base.slice(nodes - bottom)) };

  const { weights, shrinkage } = errorCovariance(nodes, method, residuals ?? []);
  const factor = cholesky(weights);
  if (!factor) return refuse('singular', 'residuals', 'the error covariance is not positive definite');
  // Columns of W⁻¹S, then the normal equations S′W⁻¹S·b = S′W⁻¹ŷ.
  const solved = Array.from({ length: bottom }, (_, j) =>
    choleskySolve(
      factor,
      summing.map((row) => row[j] as number),
    ),
  );
  const gram = solved.map((column) =>
    Array.from({ length: bottom }, (_, j) => column.reduce((sum, w, i) => sum + w * (summing[i]?.[j] as number), 0)),
  );
  const inner = cholesky(gram);
  if (!inner) return refuse('singular', 'hierarchy.summing', 'some bottom series cannot be told apart');
  const steps = Array.from({ length: horizon }, (_, h) =>
    choleskySolve(
      inner,
      solved.map((column) => column.reduce((sum, w, i) => sum + w * (base[i]?.[h] as number), 0)),
    ),
  );
  const low = Array.from({ length: bottom }, (_, j) => steps.map((step) => step[j] as number));
  return { forecasts: rebuild(low), ...(shrinkage === undefined ? {} : { shrinkage }) };
}

function refuseShape(
  summing: readonly (readonly number[])[],
  base: readonly (readonly number[])[],
  method: ReconcileMethod,
  residuals: readonly (readonly number[])[] | undefined,
): Refused | undefined {
  const nodes = summing.length;
  const bottom = summing[0]?.length ?? 0;
  if (nodes === 0 || bottom === 0 || bottom > nodes)
    return refuse('empty', 'hierarchy.summing', 'needs at least one node, and no fewer nodes than bottom series');
  for (const [i, row] of summing.entries()) {
    if (row.length !== bottom) return refuse('length-mismatch', `hierarchy.summing[${i}]`, `has ${row.length} entries, not ${bottom}`);
    const bad = refuseNonFinite(row, `hierarchy.summing[${i}]`);
    if (bad) return bad;
    const leaf = i - (nodes - bottom);
    if (leaf >= 0 && row.some((share, j) => share !== (j === leaf ? 1 : 0))) {
      return refuse('bad-option', `hierarchy.summing[${i}]`, 'the last rows must be an identity matrix: the bottom series');
    }
  }
  if (base.length !== nodes) return refuse('length-mismatch', 'base', `has ${base.length} rows for ${nodes} nodes`);
  for (const [i, row] of base.entries()) {
    if (row.length !== base[0]?.length) return refuse('length-mismatch', `base[${i}]`, 'all nodes need the same horizon');
    const bad = refuseNonFinite(row, `base[${i}]`);
    if (bad) return bad;
  }
  if (method === 'bottom-up' || method === 'ols') return undefined;
  if (residuals?.length !== nodes)
    return refuse('length-mismatch', 'residuals', `${method} needs one row of errors for each of the ${nodes} nodes`);
  const length = residuals[0]?.length ?? 0;
  if (length < 2) return refuse('too-short', 'residuals', 'needs at least two errors a node');
  for (const [i, row] of residuals.entries()) {
    if (row.length !== length) return refuse('length-mismatch', `residuals[${i}]`, 'all nodes need errors of the same periods');
    const bad = refuseNonFinite(row, `residuals[${i}]`);
    if (bad) return bad;
  }
  return undefined;
}

function errorCovariance(
  nodes: number,
  method: ReconcileMethod,
  residuals: readonly (readonly number[])[],
): { weights: number[][]; shrinkage?: number } {
  const diagonal = (entries: readonly number[]): number[][] => entries.map((entry, i) => entries.map((_, j) => (i === j ? entry : 0)));
  if (method === 'ols') return { weights: diagonal(new Array<number>(nodes).fill(1)) };
  const length = residuals[0]?.length ?? 0;
  const second = residuals.map((row) => row.reduce((sum, e) => sum + e * e, 0) / length);
  const largest = Math.max(...second, 0);
  // A node without error would get all the weight; it keeps a trace of variance.
  const variances = second.map((v) => Math.max(v, 1e-6 * largest, Number.MIN_VALUE * 1e20));
  if (method === 'wls') return { weights: diagonal(variances) };
  const scaled = residuals.map((row, i) => row.map((e) => e / Math.sqrt(variances[i] as number)));
  const correlation = scaled.map((a) => scaled.map((b) => a.reduce((sum, e, t) => sum + e * (b[t] as number), 0) / length));
  // Schäfer and Strimmer (2005): λ = Σ Var(r_ij) / Σ r_ij² over i ≠ j.
  let noise = 0;
  let signal = 0;
  for (let i = 0; i < nodes; i++) {
    for (let j = 0; j < i; j++) {
      const r = correlation[i]?.[j] as number;
      let spread = 0;
      for (let t = 0; t < length; t++) spread += ((scaled[i]?.[t] as number) * (scaled[j]?.[t] as number) - r) ** 2;
      noise += spread / (length * (length - 1));
      signal += r * r;
    }
  }
  const shrinkage = signal > 0 ? Math.min(1, Math.max(0, noise / signal)) : 1;
  const weights = correlation.map((row, i) =>
    row.map((r, j) =>
      i === j ? (variances[i] as number) : (1 - shrinkage) * r * Math.sqrt((variances[i] as number) * (variances[j] as number)),
    ),
  );
  return { weights, shrinkage };
}
