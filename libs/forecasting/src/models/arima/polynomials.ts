/**
 * Coefficients of a stationary autoregression from partial autocorrelations within (−1, 1) (Barndorff-Nielsen and Schou 1973, Monahan 1984), so that
 * a box on the latter is the stationarity region.
 */
export function fromPartials(partials: ArrayLike<number>): Float64Array {
  const p = partials.length;
  const phi = new Float64Array(p);
  const last = new Float64Array(p);
  for (let k = 0; k < p; k++) {
    const r = partials[k] as number;
    phi[k] = r;
    for (let j = 0; j < k; j++) phi[j] = (last[j] as number) - r * (last[k - 1 - j] as number);
    last.set(phi);
  }
  return phi;
}

/** Coefficients c₁ … of (1 + sign·Σ aᵢBⁱ)(1 + sign·Σ bⱼB^{mj}) = 1 + sign·Σ c_k B^k. */
export function multiplySeasonal(a: Float64Array, b: Float64Array, season: number, sign: 1 | -1): Float64Array {
  const c = new Float64Array(a.length + season * b.length);
  c.set(a);
  for (let j = 1; j <= b.length; j++) {
    const s = b[j - 1] as number;
    c[season * j - 1] = (c[season * j - 1] as number) + s;
    for (let i = 1; i <= a.length; i++) {
      const k = season * j + i - 1;
      c[k] = (c[k] as number) + sign * (a[i - 1] as number) * s;
    }
  }
  return c;
}

/** Coefficients δ₁ … of (1 − B)^d (1 − B^m)^D = 1 + Σ δ_k B^k. */
export function differencePolynomial(d: number, seasonalD: number, season: number): Float64Array {
  let polynomial = new Float64Array([1]);
  const times = (lag: number): void => {
    const next = new Float64Array(polynomial.length + lag);
    for (const [i, value] of polynomial.entries()) {
      next[i] = (next[i] as number) + value;
      next[i + lag] = (next[i + lag] as number) - value;
    }
    polynomial = next;
  };
  for (let i = 0; i < d; i++) times(1);
  for (let i = 0; i < seasonalD; i++) times(season);
  return polynomial.slice(1);
}
