import { DomainError } from './domain-error.ts';

/**
 * The polynomial of degree n − 1 through f at the n Chebyshev points of [low, high], as a function to evaluate (Clenshaw's recurrence; Trefethen 2013, ch. 2, 3).
 * For a smooth f that is asked for very often. Nothing is returned when a value of f is not finite or its last coefficients are not below `tolerance` of
 * the largest: then f is not smooth enough for n points.
 */
export const chebyshevInterpolant = (
  f: (x: number) => number,
  low: number,
  high: number,
  n: number,
  tolerance: number,
): ((x: number) => number) | undefined => {
  if (!(high >= low) || !Number.isFinite(high - low))
    throw new DomainError('chebyshevInterpolant', 'low, high', `${low}, ${high}`, 'finite and in order');
  if (!Number.isInteger(n) || n < 4) throw new DomainError('chebyshevInterpolant', 'n', n, 'a whole number, 4 or above');
  const [middle, half] = [0.5 * (low + high), 0.5 * (high - low)];
  const angles = Array.from({ length: n }, (_, j) => (Math.PI * (j + 0.5)) / n);
  const values = angles.map((angle) => f(middle + half * Math.cos(angle)));
  if (!values.every(Number.isFinite)) return undefined;
  const coefficients = Float64Array.from(
    { length: n },
    (_, k) => (2 / n) * values.reduce((sum, value, j) => sum + value * Math.cos(k * (angles[j] as number)), 0),
  );
  const largest = coefficients.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const tail = Math.max(...coefficients.subarray(n - 3).map(Math.abs));
  if (tail > tolerance * largest) return undefined;
  const scale = half > 0 ? 1 / half : 0;
  return (x) => {
    const t = (x - middle) * scale;
    let [after, next] = [0, 0];
    for (let k = n - 1; k >= 1; k -= 1) {
      const now = 2 * t * next - after + (coefficients[k] as number);
      after = next;
      next = now;
    }
    return t * next - after + 0.5 * (coefficients[0] as number);
  };
};
