import { createHash } from 'node:crypto';
import { formatDecimal, parseDecimal, parseMicros, powerOfTen } from '@tributary/contracts';
import { canonicalJson } from './json-body.ts';

/** Places that mappings compute with: more than any price carries. */
const SCALE = 12;
/** Low bits of a derived version that hold the content hash. */
const HASH_BITS = 20n;

const decimal = (value: unknown): bigint => {
  if (value === undefined || value === null || value === '') return 0n;
  if (Number.isSafeInteger(value)) return BigInt(value as number) * powerOfTen(SCALE);
  const parsed = typeof value === 'string' ? parseDecimal(value, SCALE) : undefined;
  if (parsed === undefined) throw new TypeError('a mapping computes with something that is no decimal');
  return parsed;
};
const text = (value: bigint): string => formatDecimal(value, SCALE);
const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? (value as unknown[]).flat(2) : [value]);
const present = (value: unknown): boolean => value !== undefined && value !== null && value !== '';

/** Divides, rounding half away from zero to `places`. */
function divide(left: unknown, right: unknown, places: unknown): string {
  const divisor = decimal(right);
  if (divisor === 0n) return '0';
  const digits = Number(places);
  const numerator = decimal(left) * powerOfTen(digits);
  const negative = numerator < 0n !== divisor < 0n;
  const [top, bottom] = [numerator < 0n ? -numerator : numerator, divisor < 0n ? -divisor : divisor];
  const rounded = (top + bottom / 2n) / bottom;
  return formatDecimal(negative ? -rounded : rounded, digits);
}

/**
 * Version of a snapshot whose source has none that can be trusted: the latest stamp of the document and all its parts in milliseconds, and
 * below it bits of the content's hash, so that two states under one stamp stay two versions and every copy of a state has the same one.
 */
function version(stamps: unknown, content: unknown): string {
  const times = list(stamps).flatMap((stamp) => (typeof stamp === 'string' ? (parseMicros(stamp) ?? []) : []));
  if (times.length === 0) throw new TypeError('no time to derive a version from');
  const millis = BigInt(Math.floor(Math.max(...times) / 1000));
  const hash = createHash('sha256').update(canonicalJson(content)).digest().readUInt32BE(0);
  return ((millis << HASH_BITS) | (BigInt(hash) & ((1n << HASH_BITS) - 1n))).toString();
}

/** Offset from UTC in minutes that an ISO 8601 text carries. */
function offsetMinutes(stamp: unknown): number | undefined {
  const match = typeof stamp === 'string' ? /([+-])(\d{2}):(\d{2})$/.exec(stamp) : null;
  if (match === null) return typeof stamp === 'string' && stamp.endsWith('Z') ? 0 : undefined;
  return (match[1] === '-' ? -1 : 1) * (Number(match[2]) * 60 + Number(match[3]));
}

/**
 * Functions that mappings have beside JSONata's own: exact decimals over text (absent counts as zero), and the derived version. JSONata's
 * own arithmetic is binary floating point and must not touch money.
 */
export const mappingFunctions: Readonly<Record<string, (...parameters: readonly unknown[]) => unknown>> = {
  plus: (left, right) => text(decimal(left) + decimal(right)),
  minus: (left, right) => text(decimal(left) - decimal(right)),
  times: (left, right) => formatDecimal(decimal(left) * decimal(right), 2 * SCALE),
  divide,
  total: (items) => text(list(items).reduce<bigint>((sum, item) => sum + decimal(item), 0n)),
  isPositive: (value) => decimal(value) > 0n,
  isEqual: (left, right) => decimal(left) === decimal(right),
  firstOf: (items) => list(items).find(present),
  version,
  offsetMinutes,
};
