import type { EtsForm } from './ets-filter.ts';
import { etsParameterCount, fitEts } from './ets-fit.ts';
import type { EtsFit } from './ets-fit.ts';

/** Longer seasons have too many states for their evidence; `forecast::ets` in R stops here as well. */
export const LONGEST_ETS_SEASON = 24;

/** Forms that `etsAuto` compares: those with a finite forecast variance (Hyndman et al. 2008, section 15.1), no multiplicative trend. */
function candidateForms(positive: boolean, seasonal: boolean): EtsForm[] {
  const forms: EtsForm[] = [];
  for (const season of seasonal ? (['N', 'A', 'M'] as const) : (['N'] as const)) {
    for (const error of ['A', 'M'] as const) {
      for (const trend of ['N', 'A', 'Ad'] as const) {
        if ((error === 'M' || season === 'M') && !positive) continue;
        if (error === 'A' && season === 'M') continue;
        forms.push({ error, trend, season });
      }
    }
  }
  return forms;
}

/**
 * ETS chosen by the corrected Akaike criterion over all admissible forms (Hyndman et al. 2002, 2008). Multiplicative forms only for
 * positive series, seasonal forms only for 2 ≤ season ≤ 24 and two full seasons. `undefined` for fewer than five observations.
 */
export function etsAuto(values: Float64Array, season: number): EtsFit | undefined {
  const n = values.length;
  let least = Number.POSITIVE_INFINITY;
  for (const y of values) least = Math.min(least, y);
  const seasonal = season >= 2 && season <= LONGEST_ETS_SEASON && n >= 2 * season;
  let best: EtsFit | undefined;
  for (const form of candidateForms(least > 1e-3, seasonal)) {
    if (n <= etsParameterCount(form, season) + 2) continue;
    const fit = fitEts(values, form, season);
    if (fit && (best === undefined || fit.aicc < best.aicc)) best = fit;
  }
  return best;
}
