/** Simple exponential smoothing started at the first value: `level[t]` after t values (level[0] = level[1] = x₀). */
export function smoothLevels(x: Float64Array, alpha: number): Float64Array {
  const level = new Float64Array(x.length + 1);
  level[0] = x[0] ?? 0;
  level[1] = x[0] ?? 0;
  for (let t = 1; t < x.length; t++) level[t + 1] = alpha * (x[t] as number) + (1 - alpha) * (level[t] as number);
  return level;
}

/** α in [low, high] that minimises the one-step squared error of simple exponential smoothing started at the first value: grid, then golden section. */
export function bestAlpha(x: Float64Array, low: number, high: number): number {
  const cost = (alpha: number): number => {
    let level = x[0] ?? 0;
    let sum = 0;
    for (let t = 1; t < x.length; t++) {
      const error = (x[t] as number) - level;
      sum += error * error;
      level += alpha * error;
    }
    return sum;
  };
  const cells = 5;
  const width = (high - low) / cells;
  let best = low;
  let bestCost = cost(low);
  for (let i = 1; i <= cells; i++) {
    const value = cost(low + i * width);
    if (value < bestCost) {
      bestCost = value;
      best = low + i * width;
    }
  }
  let left = Math.max(low, best - width);
  let right = Math.min(high, best + width);
  const golden = (Math.sqrt(5) - 1) / 2;
  for (let i = 0; i < 8; i++) {
    const a = right - golden * (right - left);
    const b = left + golden * (right - left);
    const costA = cost(a);
    const costB = cost(b);
    if (Math.min(costA, costB) < bestCost) {
      bestCost = Math.min(costA, costB);
      best = costA < costB ? a : b;
    }
    if (costA < costB) right = b;
    else left = a;
  }
  return best;
}
