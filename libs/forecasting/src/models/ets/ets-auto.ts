import type { EtsForm } from './ets-filter.ts';
import { etsParameterCount, fitEts, SMOOTHING_HIGH } from './ets-fit.ts';
import type { EtsFit, EtsStart } from './ets-fit.ts';

/** Longer seasons have too many states for their evidence; `forecast::ets` in R stops here as well. */
export const LONGEST_ETS_SEASON = 24;
/** Values closer to zero than this share of their mean size rule multiplicative forms out. */
const LEAST_POSITIVE = 1e-3;
/**
 * A kind of season this much worse than the best one without a trend is not tried with a trend. Short seasons are cheap to try and
 * more often hidden by a trend.
 */
const SEASON_MARGIN = { short: 60, long: 10 };
/** A multiplicative-error form this much worse than the best is not tried with additive errors. */
const ERROR_MARGIN = 4;

/**
 * What the choice goes by: AICc, and −2 log of a Beta(1, 2) prior on β/α. In short histories maximum likelihood is fond of slopes that turn as fast as the
 * level moves, whose forecasts shoot away; real slopes turn slowly. Fits stay those of maximum likelihood.
 */
const scoreOf = ({ aicc, smoothing: { alpha, beta } }: EtsFit): number => aicc - 2 * Math.log(1 - Math.min(beta / alpha, SMOOTHING_HIGH));

/**
 * ETS chosen by the corrected Akaike criterion (Hyndman et al. 2002, 2008) and a prior on slopes among the forms with a finite forecast variance (2008, section 15.1) and no
 * multiplicative trend. Multiplicative forms only for positive series, seasonal forms only for 2 ≤ season ≤ 24 and two full seasons.
 *
 * The search is staged, each fit started from the one before: the kind of season first, then the trend, then the other error.
 * `exhaustive` fits every form instead. `undefined` for fewer than five observations.
 */
export function etsAuto(values: Float64Array, season: number, exhaustive = false): EtsFit | undefined {
  const n = values.length;
  let least = Number.POSITIVE_INFINITY;
  for (const y of values) least = Math.min(least, y);
  const positive = least > LEAST_POSITIVE;
  const seasonal = season >= 2 && season <= LONGEST_ETS_SEASON && n >= 2 * season;
  const kinds = seasonal ? (positive ? (['N', 'A', 'M'] as const) : (['N', 'A'] as const)) : (['N'] as const);
  let best: EtsFit | undefined;
  const attempt = (form: EtsForm, start: EtsStart = {}): EtsFit | undefined => {
    if (n <= etsParameterCount(form, season) + 2) return undefined;
    const fit = fitEts(values, form, season, start);
    if (fit && (best === undefined || scoreOf(fit) < scoreOf(best))) best = fit;
    return fit;
  };
  // Seasonal fits are dear: each starts once, and only the winner is searched again from everywhere.
  const once = (kind: EtsForm['season']): EtsStart => ({ single: kind !== 'N' && !exhaustive });
  const error = positive ? 'M' : 'A';
  const trendless = kinds.map((kind) => attempt({ error, trend: 'N', season: kind }, once(kind)));
  const bar = (best ? scoreOf(best) : 0) + (exhaustive ? Number.POSITIVE_INFINITY : season <= 6 ? SEASON_MARGIN.short : SEASON_MARGIN.long);
  for (const flat of trendless) {
    if (!flat || flat.aicc > bar) continue;
    const { season: kind } = flat.form;
    const fits = [
      flat,
      attempt({ error, trend: 'A', season: kind }, once(kind)),
      attempt({ error, trend: 'Ad', season: kind }, once(kind)),
    ];
    if (!positive || kind === 'M') continue;
    for (const fit of fits) {
      // With additive errors the likelihood forgets the level: worth a look where it was not clearly beaten.
      if (fit && (exhaustive || scoreOf(fit) <= scoreOf(best as EtsFit) + ERROR_MARGIN))
        attempt({ ...fit.form, error: 'A' }, exhaustive ? {} : { warm: fit });
    }
  }
  const winner = best as EtsFit | undefined;
  if (winner && winner.form.season !== 'N' && !exhaustive) attempt(winner.form);
  return best;
}
