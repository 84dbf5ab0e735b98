import { refuse, refuseNonFinite } from '../refusal.ts';
import type { Refused } from '../refusal.ts';

export type DemandClass = 'smooth' | 'erratic' | 'intermittent' | 'lumpy' | 'no-demand';

/** `adi`: periods per period with demand (Infinity without demand); `cv2`: squared coefficient of variation of the non-zero demands. */
export interface DemandClassification {
  readonly class: DemandClass;
  readonly adi: number;
  readonly cv2: number;
  readonly refused?: undefined;
}

export const ADI_CUT = 1.32;
export const CV2_CUT = 0.49;

/**
 * Demand class by the average inter-demand interval and the squared coefficient of variation of the demand sizes
 * (Syntetos, Boylan and Croston 2005, "On the categorization of demand patterns", JORS 56, cut-offs 1.32 and 0.49).
 * A single demand has cv2 = 0. Non-finite values are refused; a negative entry (net return) counts as demand of its size.
 */
export function classifyDemand(values: ArrayLike<number>): DemandClassification | Refused {
  if (values.length === 0) return refuse('empty', 'values', 'a series needs at least one value');
  const refused = refuseNonFinite(values, 'values');
  if (refused) return refused;
  return classifyFinite(values);
}

/** `classifyDemand` on values already known to be finite. */
export function classifyFinite(values: ArrayLike<number>): DemandClassification {
  let largest = 0;
  for (let t = 0; t < values.length; t++) largest = Math.max(largest, Math.abs(values[t] as number));
  if (largest === 0) return { class: 'no-demand', adi: Number.POSITIVE_INFINITY, cv2: 0 };
  // Sizes are taken relative to the largest, so that squares neither overflow nor vanish at extreme magnitudes.
  let count = 0;
  let mean = 0;
  let squares = 0;
  for (let t = 0; t < values.length; t++) {
    const size = Math.abs(values[t] as number) / largest;
    if (size === 0) continue;
    count++;
    const delta = size - mean;
    mean += delta / count;
    squares += delta * (size - mean);
  }
  const adi = values.length / count;
  const cv2 = count > 1 ? squares / (count - 1) / (mean * mean) : 0;
  if (adi < ADI_CUT) return { class: cv2 < CV2_CUT ? 'smooth' : 'erratic', adi, cv2 };
  return { class: cv2 < CV2_CUT ? 'intermittent' : 'lumpy', adi, cv2 };
}
