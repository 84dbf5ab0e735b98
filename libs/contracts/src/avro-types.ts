import avro from 'avsc';
import type { Type } from 'avsc';
import { TruncatedError } from './bounded-arrays.ts';

/**
 * 64-bit longs as BigInt, so that ids and versions above 2^53 survive (avsc's own long throws there).
 */
export const bigIntLong = avro.types.LongType.__with({
  fromBuffer: (buffer: Buffer) => buffer.readBigInt64LE(),
  toBuffer: (value: bigint) => {
    const buffer = Buffer.allocUnsafe(8);
    buffer.writeBigInt64LE(value);
    return buffer;
  },
  fromJSON: (json: string | number) => BigInt(json),
  toJSON: (value: bigint) => value.toString(),
  isValid: (value: unknown) => typeof value === 'bigint' && BigInt.asIntN(64, value) === value,
  compare: (left: bigint, right: bigint) => (left === right ? 0 : left < right ? -1 : 1),
});

/** avsc's place in a buffer, and the two methods by which a type reads and writes there. */
interface Tap {
  readonly buf: Buffer;
  pos: number;
}
interface Codec {
  _read(tap: Tap): bigint;
  _write(tap: Tap, value: unknown): void;
}
const logical = avro.types.LogicalType.prototype as unknown as Codec;

/** Bytes that a JavaScript number reads and writes exactly by itself, and what fits them. */
const SMALL_BYTES = 6;
const SMALL = 2 ** (8 * SMALL_BYTES - 1);

/** Avro `decimal` over bytes (Avro 1.12, logical types): a big-endian two's complement unscaled integer, as BigInt. */
class DecimalType extends avro.types.LogicalType {
  private readonly limit: bigint;
  /** What is between minus this and this is small and within the precision. */
  private readonly small: number;
  private readonly scale: number;

  constructor(schema: { precision: number; scale: number }, options: unknown) {
    super(schema as never, options as never);
    this.limit = 10n ** BigInt(schema.precision);
    this.small = Math.min(SMALL, 10 ** schema.precision);
    this.scale = schema.scale;
  }

  /** Straight from the record's bytes: a small amount needs no Buffer of its own. */
  _read(tap: Tap): bigint {
    const { buf, pos } = tap;
    // The length as a zigzag varint: one byte, even, when it is that of a small amount.
    const head = buf[pos] ?? 0;
    const end = pos + 1 + head / 2;
    if (head === 0 || head > 2 * SMALL_BYTES || (head & 1) === 1 || end > buf.length) return logical._read.call(this, tap);
    let value = ((buf[pos + 1] as number) << 24) >> 24;
    for (let at = pos + 2; at < end; at += 1) value = value * 256 + (buf[at] as number);
    tap.pos = end;
    return BigInt(value);
  }

  /** Straight into the record's bytes. */
  _write(tap: Tap, value: unknown): void {
    const small = typeof value === 'bigint' ? Number(value) : Number.NaN;
    if (!(small < this.small && small > -this.small)) return logical._write.call(this, tap, value);
    const length = byteLength(small);
    // Past the end nothing is written; the place tells avsc that the buffer was too short.
    tap.buf[tap.pos] = 2 * length;
    let rest = small;
    for (let at = tap.pos + length; at > tap.pos; at -= 1) {
      tap.buf[at] = rest & 0xff;
      rest = Math.floor(rest / 256);
    }
    tap.pos += 1 + length;
  }

  override _fromValue(bytes: Buffer | undefined): bigint {
    // avsc hands out undefined when it reads past the end; no writer of decimals makes empty bytes.
    const length = bytes?.length ?? 0;
    if (bytes === undefined || length === 0) throw new TruncatedError('a decimal without bytes');
    if (length > 16) throw new RangeError(`decimal of ${length} bytes`);
    if (length <= 6) return BigInt(bytes.readIntBE(0, length));
    const unsigned = BigInt(`0x${bytes.toString('hex')}`);
    const value = BigInt.asIntN(length * 8, unsigned);
    if (value >= this.limit || value <= -this.limit) throw new RangeError('decimal exceeds its precision');
    return value;
  }

  override _toValue(value: unknown): Buffer | undefined {
    if (typeof value !== 'bigint' || value >= this.limit || value <= -this.limit) return undefined;
    if (value >= -140737488355328n && value <= 140737488355327n) {
      const small = Number(value);
      const length = byteLength(small);
      const bytes = Buffer.allocUnsafe(length);
      bytes.writeIntBE(small, 0, length);
      return bytes;
    }
    let length = 7;
    while (BigInt.asIntN(length * 8, value) !== value) length += 1;
    return Buffer.from(
      BigInt.asUintN(length * 8, value)
        .toString(16)
        .padStart(length * 2, '0'),
      'hex',
    );
  }

  override _resolve(type: Type): ((value: unknown) => unknown) | undefined {
    // Only the same scale reads as the same number: a changed scale would silently multiply money.
    return type instanceof DecimalType && type.scale === this.scale ? (value) => value : undefined;
  }
}

/** Bytes of a small amount in two's complement. */
function byteLength(small: number): number {
  let length = 1;
  while (length < SMALL_BYTES && (small > 2 ** (8 * length - 1) - 1 || small < -(2 ** (8 * length - 1)))) length += 1;
  return length;
}

/** Avro `timestamp-micros` as a safe integer of microseconds since the epoch, UTC (safe until the year 2255). */
class TimestampMicrosType extends avro.types.LogicalType {
  override _fromValue(value: number): number {
    return value;
  }

  override _toValue(value: unknown): number | undefined {
    return typeof value === 'number' && Number.isSafeInteger(value) ? value : undefined;
  }

  override _resolve(type: Type): ((value: unknown) => unknown) | undefined {
    return type instanceof TimestampMicrosType ? (value) => value : undefined;
  }
}

/** Avro `date` as days since the epoch. */
class DateType extends avro.types.LogicalType {
  override _fromValue(value: number): number {
    return value;
  }

  override _toValue(value: unknown): number | undefined {
    return typeof value === 'number' && Number.isInteger(value) ? value : undefined;
  }

  override _resolve(type: Type): ((value: unknown) => unknown) | undefined {
    return type instanceof DateType ? (value) => value : undefined;
  }
}

/** The logical types every contract may use; a schema with another one does not load. */
export const logicalTypes = { decimal: DecimalType, 'timestamp-micros': TimestampMicrosType, date: DateType };
