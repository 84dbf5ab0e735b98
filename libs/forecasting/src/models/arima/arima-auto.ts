import { fitArima } from './arima-fit.ts';
import type { ArimaFit, ArimaOrder } from './arima-fit.ts';
import { firstDifferences, seasonalDifferences } from './unit-root.ts';

const LIMIT = { p: 5, q: 5, P: 2, Q: 2 };
const MOST_MODELS = 60;

/**
 * ARIMA with automatic order: the stepwise search of Hyndman and Khandakar (2008, "Automatic time series forecasting", JSS 27, section 3.2). Differences by seasonal strength and KPSS
 * tests, four starting models, then the best neighbour by AICc until none is better. The search
 * compares conditional fits; the chosen order is fitted by exact maximum likelihood. Seasons above 24 are not modelled.
 * `undefined` for series too short for any model.
 */
export function arimaAuto(values: Float64Array, givenSeason: number): ArimaFit | undefined {
  const season = givenSeason <= 24 && values.length >= 2 * givenSeason + 5 ? givenSeason : 1;
  const D = seasonalDifferences(values, season);
  const seasonallyDifferenced = D > 0 ? values.slice(season).map((v, t) => v - (values[t] as number)) : values;
  const d = firstDifferences(seasonallyDifferenced);
  const constant = d + D <= 1;
  const seen = new Map<string, ArimaFit | undefined>();
  let best: ArimaFit | undefined;
  const attempt = (order: ArimaOrder): boolean => {
    const key = `${order.p},${order.q},${order.P},${order.Q},${order.constant}`;
    if (seen.has(key) || seen.size >= MOST_MODELS) return false;
    const fit = fitArima(values, order, season, 'conditional');
    seen.set(key, fit);
    if (!fit || (best && fit.aicc >= best.aicc)) return false;
    best = fit;
    return true;
  };
  const seasonal = season > 1 ? 1 : 0;
  const base = { d, D, constant };
  attempt({ ...base, p: 2, q: 2, P: seasonal, Q: seasonal });
  attempt({ ...base, p: 0, q: 0, P: 0, Q: 0 });
  attempt({ ...base, p: 1, q: 0, P: seasonal, Q: 0 });
  attempt({ ...base, p: 0, q: 1, P: 0, Q: seasonal });
  if (constant) attempt({ ...base, p: 0, q: 0, P: 0, Q: 0, constant: false });
  for (let improved = best !== undefined; improved;) {
    improved = false;
    for (const order of neighbours((best as ArimaFit).order, seasonal, d + D)) {
      if (attempt(order)) {
        improved = true;
        break;
      }
    }
  }
  return best && (fitArima(values, (best as ArimaFit).order, season) ?? best);
}

function neighbours(order: ArimaOrder, seasonal: number, differences: number): ArimaOrder[] {
  const moves: Partial<Record<'p' | 'q' | 'P' | 'Q', number>>[] = [
    ...(seasonal ? [{ P: -1 }, { Q: -1 }, { P: 1 }, { Q: 1 }, { P: -1, Q: -1 }, { P: 1, Q: 1 }] : []),
    ...[{ p: -1 }, { q: -1 }, { p: 1 }, { q: 1 }, { p: -1, q: -1 }, { p: 1, q: 1 }],
  ];
  const near = moves.map((move) => ({
    ...order,
    p: order.p + (move.p ?? 0),
    q: order.q + (move.q ?? 0),
    P: order.P + (move.P ?? 0),
    Q: order.Q + (move.Q ?? 0),
  }));
  if (differences <= 1) near.push({ ...order, constant: !order.constant });
  return near.filter(
    ({ p, q, P, Q }) =>
      p >= 0 &&
      q >= 0 &&
      P >= 0 &&
      Q >= 0 &&
      p <= LIMIT.p &&
      q <= LIMIT.q &&
      P <= LIMIT.P &&
      Q <= LIMIT.Q &&
      p + q + P + Q <= 5 + (seasonal ? 1 : 0),
  );
}
