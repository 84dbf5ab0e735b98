/**
 * Running intercept and slope of the least-squares line through the first t observations, `intercept[t]` and `slope[t]` for t = 1 … n
 * (Fiorucci et al. 2016, "Models for optimising the theta method", IJF 32, eq. 14–16).
 */
export function runningLines(values: Float64Array): { intercept: Float64Array; slope: Float64Array; average: Float64Array } {
  const n = values.length;
  const intercept = new Float64Array(n + 1);
  const slope = new Float64Array(n + 1);
  const average = new Float64Array(n + 1);
  let mean = 0;
  let b = 0;
  for (let t = 1; t <= n; t++) {
    const y = values[t - 1] as number;
    b = t === 1 ? 0 : ((t - 2) * b + (6 * (y - mean)) / t) / (t + 1);
    mean += (y - mean) / t;
    average[t] = mean;
    slope[t] = b;
    intercept[t] = mean - (b * (t + 1)) / 2;
  }
  return { intercept, slope, average };
}
