/** Scale of amounts and quantities: four places cover every ISO 4217 minor unit. */
export const AMOUNT_SCALE = 4;
/** Scale of unit prices. */
export const PRICE_SCALE = 6;

const POWERS = Array.from({ length: 40 }, (_, exponent) => 10n ** BigInt(exponent));

/** 10^exponent as a BigInt, 0 <= exponent < 40. */
export function powerOfTen(exponent: number): bigint {
  const power = POWERS[exponent];
  if (power === undefined) throw new RangeError(`exponent ${exponent} is outside 0..39`);
  return power;
}

/**
 * Parses a plain decimal text (`-12.50`, `1e3` is allowed, `NaN` is not) into an unscaled integer of the given scale.
 * @returns the unscaled value, or `undefined` when the text is no decimal or has more places than the scale holds.
 */
export function parseDecimal(text: string, scale: number): bigint | undefined {
  const match = /^(-?)(\d{1,30})(?:\.(\d{1,30}))?(?:[eE]([+-]?\d{1,2}))?$/.exec(text);
  if (match === null) return undefined;
  const [, sign = '', whole = '', fraction = '', exponentText = '0'] = match;
  const shift = scale - fraction.length + Number(exponentText);
  const digits = BigInt(whole + fraction);
  if (shift >= 40 || shift <= -40) return digits === 0n ? 0n : undefined;
  const scaled = shift >= 0 ? digits * powerOfTen(shift) : digits / powerOfTen(-shift);
  if (shift < 0 && scaled * powerOfTen(-shift) !== digits) return undefined;
  return sign === '-' ? -scaled : scaled;
}

/** Writes an unscaled integer as plain decimal text without needless zeros after `minPlaces` places: (125000n, 4, 2) is `12.50`. */
export function formatDecimal(unscaled: bigint, scale: number, minPlaces = 0): string {
  const negative = unscaled < 0n;
  const digits = (negative ? -unscaled : unscaled).toString().padStart(scale + 1, '0');
  const whole = digits.slice(0, digits.length - scale);
  let fraction = digits.slice(digits.length - scale);
  while (fraction.length > minPlaces && fraction.endsWith('0')) fraction = fraction.slice(0, -1);
  return `${negative ? '-' : ''}${whole}${fraction === '' ? '' : `.${fraction}`}`;
}

/** Rounds an unscaled integer from one scale to a coarser one, half away from zero (the commercial rule). */
export function roundHalfAway(unscaled: bigint, fromScale: number, toScale: number): bigint {
  if (toScale >= fromScale) return unscaled * powerOfTen(toScale - fromScale);
  const divisor = powerOfTen(fromScale - toScale);
  const magnitude = unscaled < 0n ? -unscaled : unscaled;
  const rounded = (magnitude + divisor / 2n) / divisor;
  return unscaled < 0n ? -rounded : rounded;
}
