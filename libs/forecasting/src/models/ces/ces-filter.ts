/** Seasonal part: none, simple (the whole model at the seasonal lag), partial (one real seasonal state), full (a complex seasonal state). */
export type CesKind = 'none' | 'simple' | 'partial' | 'full';

/**
 * Recursion of complex exponential smoothing over one series (Svetunkov, Kourentzes and Ord 2022, "Complex exponential smoothing", Naval Research Logistics 69,
 * eq. 12 and 17). `level` and `information` hold the complex level (real part ℓ, imaginary part c), `seasonal` and `shadow` the seasonal state.
 * Entry t + lag is the state after observation t. Arrays are reused by every evaluation.
 */
export class CesFilter {
  readonly kind: CesKind;
  readonly values: Float64Array;
  readonly season: number;
  readonly lag: number;
  readonly level: Float64Array;
  readonly information: Float64Array;
  readonly seasonal: Float64Array;
  readonly shadow: Float64Array;
  readonly #startLevel: Float64Array;
  readonly #startSeason: Float64Array;

  constructor(values: Float64Array, kind: CesKind, season: number, startSeason: Float64Array) {
    const n = values.length;
    this.values = values;
    this.kind = kind;
    this.season = kind === 'partial' || kind === 'full' ? season : 0;
    this.lag = kind === 'simple' ? season : 1;
    this.level = new Float64Array(n + this.lag);
    this.information = new Float64Array(n + this.lag);
    this.seasonal = new Float64Array(n + this.season);
    this.shadow = new Float64Array(n + this.season);
    const count = Math.min(n, Math.max(10, season));
    let mean = 0;
    for (let t = 0; t < count; t++) mean += (values[t] as number) / count;
    this.#startLevel = kind === 'simple' ? values.slice(0, season) : new Float64Array([mean]);
    this.#startSeason = startSeason;
  }

  /** Sum of squared one-step errors with initial states by backcasting: forward, backward, and forward again from where that ended. */
  run(parameters: Float64Array): number {
    const { level, information, seasonal, shadow, lag, season } = this;
    const n = this.values.length;
    for (let k = 0; k < lag; k++) {
      level[k] = this.#startLevel[k] as number;
      information[k] = (level[k] as number) / 1.1;
    }
    for (let k = 0; k < season; k++) {
      seasonal[k] = this.#startSeason[k] as number;
      shadow[k] = (seasonal[k] as number) / 1.1;
    }
    this.#forward(parameters);
    // The backward pass starts from the last states and leaves its own last ones at the start.
    level.copyWithin(0, n, n + lag);
    information.copyWithin(0, n, n + lag);
    seasonal.copyWithin(0, n, n + season);
    shadow.copyWithin(0, n, n + season);
    this.#backward(parameters);
    return this.#forward(parameters);
  }

  #forward(parameters: Float64Array): number {
    const { values, level, information, seasonal, shadow, lag, season, kind } = this;
    const [a0 = 0, a1 = 0, b0 = 0, b1 = 0] = parameters;
    const real = kind === 'partial';
    let sse = 0;
    for (let t = 0; t < values.length; t++) {
      const l = level[t] as number;
      const c = information[t] as number;
      const s = season > 0 ? (seasonal[t] as number) : 0;
      const e = (values[t] as number) - l - s;
      sse += e * e;
      level[t + lag] = l - (1 - a1) * c + (a0 - a1) * e;
      information[t + lag] = l + (1 - a0) * c + (a0 + a1) * e;
      if (season === 0) continue;
      if (real) seasonal[t + season] = s + b0 * e;
      else {
        const z = shadow[t] as number;
        seasonal[t + season] = s - (1 - b1) * z + (b0 - b1) * e;
        shadow[t + season] = s + (1 - b0) * z + (b0 + b1) * e;
      }
    }
    return sse;
  }

  /** The same recursion against time; the state of phase k lives at entry k. After it, entries 0 … are the initial states. */
  #backward(parameters: Float64Array): void {
    const { values, level, information, seasonal, shadow, lag, season, kind } = this;
    const [a0 = 0, a1 = 0, b0 = 0, b1 = 0] = parameters;
    const n = values.length;
    // copyWithin laid the last states from entry 0 on, in time order: rotate them so that entry k is phase k.
    rotate(level, n, lag);
    rotate(information, n, lag);
    rotate(seasonal, n, season);
    rotate(shadow, n, season);
    for (let t = n - 1; t >= 0; t--) {
      const i = lag === 1 ? 0 : t % lag;
      const j = season > 0 ? t % season : 0;
      const l = level[i] as number;
      const c = information[i] as number;
      const s = season > 0 ? (seasonal[j] as number) : 0;
      const e = (values[t] as number) - l - s;
      level[i] = l - (1 - a1) * c + (a0 - a1) * e;
      information[i] = l + (1 - a0) * c + (a0 + a1) * e;
      if (season === 0) continue;
      if (kind === 'partial') seasonal[j] = s + b0 * e;
      else {
        const z = shadow[j] as number;
        seasonal[j] = s - (1 - b1) * z + (b0 - b1) * e;
        shadow[j] = s + (1 - b0) * z + (b0 + b1) * e;
      }
    }
  }

  /** Point forecasts after `origin` observations: the recursion with zero errors. */
  forecastFrom(origin: number, parameters: Float64Array, out: Float64Array): void {
    const { level, information, seasonal, shadow, lag, season, kind } = this;
    const [a0 = 0, a1 = 0, b0 = 0, b1 = 0] = parameters;
    for (let first = 0; first < Math.min(lag, out.length); first++) {
      let l = level[origin + first] as number;
      let c = information[origin + first] as number;
      for (let h = first; h < out.length; h += lag) {
        out[h] = l;
        const next = l - (1 - a1) * c;
        c = l + (1 - a0) * c;
        l = next;
      }
    }
    for (let first = 0; first < Math.min(season, out.length); first++) {
      let s = seasonal[origin + first] as number;
      let z = shadow[origin + first] as number;
      for (let h = first; h < out.length; h += season) {
        out[h] = (out[h] as number) + s;
        if (kind === 'partial') continue;
        const next = s - (1 - b1) * z;
        z = s + (1 - b0) * z;
        s = next;
      }
    }
  }
}

/** Entries 0 … period − 1 hold times n … n + period − 1; moves each to its phase, time modulo period. */
function rotate(x: Float64Array, n: number, period: number): void {
  if (period < 2 || n % period === 0) return;
  const block = x.slice(0, period);
  for (let k = 0; k < period; k++) x[(n + k) % period] = block[k] as number;
}
