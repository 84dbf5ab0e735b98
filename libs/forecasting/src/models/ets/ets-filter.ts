/** Form of an exponential smoothing state-space model, Hyndman et al. (2008), table 2.2 and 2.3. Multiplicative trends are left out: they explode. */
export interface EtsForm {
  readonly error: 'A' | 'M';
  readonly trend: 'N' | 'A' | 'Ad';
  readonly season: 'N' | 'A' | 'M';
}

/** Smoothing parameters as the equations use them (beta and gamma are not relative to alpha). */
export interface EtsSmoothing {
  readonly alpha: number;
  readonly beta: number;
  readonly gamma: number;
  readonly phi: number;
}

/**
 * The recursion of one model over one series. States live in arrays that are reused by every evaluation of a fit:
 * `level[t]`, `slope[t]` are the states after t observations, `seasonal[t]` is the index that observation t meets (its first `season`
 * entries are the initial ones), `error[t]` the one-step error y − μ.
 *
 * The additive- and the multiplicative-error model of the same trend and season share their recursion once the error is written in
 * absolute terms (Hyndman et al. 2008, section 2.5); only the likelihood tells them apart.
 */
export class EtsFilter {
  readonly level: Float64Array;
  readonly slope: Float64Array;
  readonly seasonal: Float64Array;
  readonly mean: Float64Array;
  readonly error: Float64Array;
  readonly values: Float64Array;
  readonly form: EtsForm;
  readonly season: number;

  constructor(values: Float64Array, form: EtsForm, season: number) {
    const n = values.length;
    this.values = values;
    this.form = form;
    this.season = form.season === 'N' ? 0 : season;
    this.level = new Float64Array(n + 1);
    this.slope = new Float64Array(n + 1);
    this.seasonal = new Float64Array(n + this.season);
    this.mean = new Float64Array(n);
    this.error = new Float64Array(n);
  }

  /**
   * Runs the recursion from the initial states in `level[0]`, `slope[0]`, `seasonal[0 … season − 1]`.
   * Returns log(variance) for additive and log(relative variance) + 2·mean log μ for multiplicative errors, that is −2/n times the
   * concentrated log-likelihood up to a constant (Hyndman et al. 2008, eq. 5.3); infinity outside the domain.
   */
  run({ alpha, beta, gamma, phi }: EtsSmoothing): number {
    const { values, level, slope, seasonal, mean, error, season, form } = this;
    const n = values.length;
    const relative = form.error === 'M';
    const product = form.season === 'M';
    let l = level[0] as number;
    let b = slope[0] as number;
    let squares = 0;
    let logs = 0;
    let running = 1;
    for (let t = 0; t < n; t++) {
      const p = l + phi * b;
      let mu = p;
      let e: number;
      if (product) {
        const s = seasonal[t] as number;
        mu = p * s;
        if (!(p > 1e-9 && s > 1e-9)) return Number.POSITIVE_INFINITY;
        e = (values[t] as number) - mu;
        l = p + (alpha * e) / s;
        b = phi * b + (beta * e) / s;
        seasonal[t + season] = s + (gamma * e) / p;
      } else if (season > 0) {
        const s = seasonal[t] as number;
        mu = p + s;
        e = (values[t] as number) - mu;
        l = p + alpha * e;
        b = phi * b + beta * e;
        seasonal[t + season] = s + gamma * e;
      } else {
        e = (values[t] as number) - mu;
        l = p + alpha * e;
        b = phi * b + beta * e;
      }
      level[t + 1] = l;
      slope[t + 1] = b;
      mean[t] = mu;
      error[t] = e;
      if (relative) {
        if (!(mu > 1e-9)) return Number.POSITIVE_INFINITY;
        const r = e / mu;
        squares += r * r;
        // The logarithm of a running product: one Math.log for many terms.
        running *= mu;
        if (running > 1e100 || running < 1e-100) {
          logs += Math.log(running);
          running = 1;
        }
      } else {
        squares += e * e;
      }
    }
    const objective = Math.log(Math.max(squares / n, 1e-30));
    return relative ? objective + (2 * (logs + Math.log(running))) / n : objective;
  }

  /**
   * Gradient of the value of the last `run` by the adjoint recursion (reverse-mode differentiation of the equations above).
   * Writes d/d(alpha, beta, gamma, phi, l₀, b₀) to `out[0 … 5]` and d/d(initial seasonal states) to `out[6 …]`.
   */
  gradient({ alpha, beta, gamma, phi }: EtsSmoothing, out: Float64Array): void {
    const { values, level, slope, seasonal, mean, error, season, form } = this;
    const n = values.length;
    const relative = form.error === 'M';
    const product = form.season === 'M';
    let squares = 0;
    for (let t = 0; t < n; t++) {
      const e = relative ? (error[t] as number) / (mean[t] as number) : (error[t] as number);
      squares += e * e;
    }
    squares = Math.max(squares, 1e-30 * n);
    let dAlpha = 0;
    let dBeta = 0;
    let dGamma = 0;
    let dPhi = 0;
    let dLevel = 0;
    let dSlope = 0;
    const dSeason = out.subarray(6, 6 + season);
    dSeason.fill(0);
    let position = season > 0 ? n % season : 0;
    for (let t = n - 1; t >= 0; t--) {
      const e = error[t] as number;
      const mu = mean[t] as number;
      const b = slope[t] as number;
      const p = (level[t] as number) + phi * b;
      let costError: number;
      let costMean = 0;
      if (relative) {
        const r = e / mu;
        costError = (2 * r) / (squares * mu);
        costMean = 2 / (n * mu) - r * costError;
      } else {
        costError = (2 * e) / squares;
      }
      let dP: number;
      if (season === 0) {
        const dError = alpha * dLevel + beta * dSlope + costError;
        dAlpha += dLevel * e;
        dBeta += dSlope * e;
        dP = dLevel - dError + costMean;
      } else {
        position = position === 0 ? season - 1 : position - 1;
        const s = seasonal[t] as number;
        const dNext = dSeason[position] as number;
        if (product) {
          const u = e / s;
          const v = e / p;
          dAlpha += dLevel * u;
          dBeta += dSlope * u;
          dGamma += dNext * v;
          const dU = alpha * dLevel + beta * dSlope;
          const dV = gamma * dNext;
          const dMean = costMean - (dU / s + dV / p + costError);
          dP = dLevel - (dV * v) / p + dMean * s;
          dSeason[position] = dNext - (dU * u) / s + dMean * p;
        } else {
          dAlpha += dLevel * e;
          dBeta += dSlope * e;
          dGamma += dNext * e;
          const dMean = costMean - (alpha * dLevel + beta * dSlope + gamma * dNext + costError);
          dP = dLevel + dMean;
          dSeason[position] = dNext + dMean;
        }
      }
      dPhi += (dSlope + dP) * b;
      dSlope = phi * (dSlope + dP);
      dLevel = dP;
    }
    out[0] = dAlpha;
    out[1] = dBeta;
    out[2] = dGamma;
    out[3] = dPhi;
    out[4] = dLevel;
    out[5] = dSlope;
  }

  /** Point forecasts (the recursion with zero errors) after `origin` observations. */
  forecastFrom(origin: number, phi: number, out: Float64Array): void {
    const { level, slope, seasonal, season, form } = this;
    const l = level[origin] as number;
    const b = slope[origin] as number;
    let damped = 0;
    let power = 1;
    let position = origin;
    for (let h = 0; h < out.length; h++) {
      power *= phi;
      damped += power;
      const p = l + damped * b;
      if (season === 0) out[h] = p;
      else {
        const s = seasonal[position] as number;
        out[h] = form.season === 'M' ? p * s : p + s;
        position = position + 1 === origin + season ? origin : position + 1;
      }
    }
  }
}
