/** Precision, recall and their harmonic mean, each 1 where there was nothing to find or nothing was claimed. */
export interface Measures {
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
}

/** Pairwise measures with the counts behind them. */
export interface PairMeasures extends Measures {
  readonly truePositives: number;
  readonly falsePositives: number;
  readonly falseNegatives: number;
}

/** Pairs claimed against the truth (equal labels are one person). With `source`, only pairs across files count. */
export function pairMeasures(
  pairs: readonly { readonly left: number; readonly right: number }[],
  truth: readonly (string | number)[],
  source?: readonly number[],
): PairMeasures {
  const right = pairs.filter((pair) => truth[pair.left] === truth[pair.right]).length;
  return measures(right, pairs.length - right, truePairs(truth, source) - right);
}

/** Pairwise measures of a clustering: every two records of a cluster are a claimed pair. */
export function clusterPairMeasures(
  clusterOf: ArrayLike<number>,
  truth: readonly (string | number)[],
  source?: readonly number[],
): PairMeasures {
  const clusters = Array.from(clusterOf);
  const claimed = truePairs(clusters, source);
  const right = truePairs(
    clusters.map((cluster, record) => `${cluster}\u0000${String(truth[record])}`),
    source,
  );
  return measures(right, claimed - right, truePairs(truth, source) - right);
}

/** B³ (Bagga & Baldwin 1998): precision and recall of each record's own cluster, averaged over records. */
export function bCubed(clusterOf: ArrayLike<number>, truth: readonly (string | number)[]): Measures {
  const clusters = Array.from(clusterOf);
  const both = clusters.map((cluster, record) => `${cluster}\u0000${String(truth[record])}`);
  const [inCluster, inTruth, inBoth] = [sizes(clusters), sizes(truth), sizes(both)];
  let precision = 0;
  let recall = 0;
  for (const [record, cluster] of clusters.entries()) {
    const common = inBoth.get(both[record] as string) ?? 0;
    precision += common / (inCluster.get(cluster) ?? 1);
    recall += common / (inTruth.get(truth[record] as string | number) ?? 1);
  }
  const records = Math.max(1, clusters.length);
  return { precision: precision / records, recall: recall / records, f1: harmonic(precision / records, recall / records) };
}

function measures(truePositives: number, falsePositives: number, falseNegatives: number): PairMeasures {
  const precision = truePositives + falsePositives === 0 ? 1 : truePositives / (truePositives + falsePositives);
  const recall = truePositives + falseNegatives === 0 ? 1 : truePositives / (truePositives + falseNegatives);
  return { truePositives, falsePositives, falseNegatives, precision, recall, f1: harmonic(precision, recall) };
}

function harmonic(a: number, b: number): number {
  return a + b === 0 ? 0 : (2 * a * b) / (a + b);
}

function truePairs(labels: readonly (string | number)[], source: readonly number[] | undefined): number {
  const pairs = (counts: Iterable<number>): number => [...counts].reduce((sum, count) => sum + (count * (count - 1)) / 2, 0);
  const all = pairs(sizes(labels).values());
  return source === undefined ? all : all - pairs(sizes(labels.map((label, record) => `${String(label)}\u0000${source[record]}`)).values());
}

function sizes<T>(labels: readonly T[]): Map<T, number> {
  const counts = new Map<T, number>();
  for (const label of labels) counts.set(label, (counts.get(label) ?? 0) + 1);
  return counts;
}
