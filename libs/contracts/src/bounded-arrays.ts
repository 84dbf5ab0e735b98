import avro from 'avsc';

/** The bytes end before the record does. */
export class TruncatedError extends Error {}

interface Tap {
  buf: Buffer;
  pos: number;
  readLong(): number;
  skipLong(): void;
}

interface ArrayReader {
  itemsType: { _read(tap: Tap): unknown };
}

/** No array in any contract holds more items; a contract's own `maxItems` is checked after decoding. */
const HARD_LIMIT = 100_000;

/**
 * Replaces avsc's array reader by one that stops at the end of the buffer. The stock one trusts the item count on the wire: six
 * bytes can make it push two billion items, which ends the process instead of throwing.
 */
export function boundArrayReads(): void {
  const prototype = avro.types.ArrayType.prototype as unknown as { _read(this: ArrayReader, tap: Tap): unknown[] };
  prototype._read = function read(tap) {
    const items: unknown[] = [];
    for (;;) {
      let count = tap.readLong();
      if (count === 0) return items;
      if (count < 0) {
        count = -count;
        tap.skipLong();
      }
      if (items.length + count > HARD_LIMIT) throw new RangeError(`array of more than ${HARD_LIMIT} items`);
      for (let index = 0; index < count; index += 1) {
        if (tap.pos > tap.buf.length) throw new TruncatedError('an array runs past the end of the record');
        items.push(this.itemsType._read(tap));
      }
    }
  };
}
