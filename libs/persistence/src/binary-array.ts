/** PostgreSQL type oids of array elements (src/include/catalog/pg_type.dat). */
const OID = { bytea: 17, int8: 20, int2: 21, int4: 23, text: 25, float8: 701, uuid: 2950 } as const;

/**
 * Encodes a one-dimensional array in PostgreSQL's binary format (array_recv: dimensions, null flag, element oid, length, lower bound, then
 * each element behind its length). A Buffer parameter is sent as binary by pg, which spares the quoting and parsing of array text:
 * Node CPU 29 to 16 µs a row, and no cliff at 1,000 rows.
 */
function encode(
  oid: number,
  items: readonly unknown[],
  fixed: number | undefined,
  toBytes: (item: never) => Buffer | undefined,
  write?: (target: Buffer, at: number, item: never) => void,
): Buffer {
  const parts = fixed === undefined ? items.map((item) => (item === null ? null : (toBytes(item as never) ?? null))) : undefined;
  const nulls = items.some((item) => item === null);
  let size = 20;
  if (parts) for (const part of parts) size += 4 + (part?.length ?? 0);
  else for (const item of items) size += 4 + (item === null ? 0 : (fixed ?? 0));
  const buffer = Buffer.allocUnsafe(items.length === 0 ? 12 : size);
  buffer.writeInt32BE(items.length === 0 ? 0 : 1, 0);
  buffer.writeInt32BE(nulls ? 1 : 0, 4);
  buffer.writeInt32BE(oid, 8);
  if (items.length === 0) return buffer;
  buffer.writeInt32BE(items.length, 12);
  buffer.writeInt32BE(1, 16);
  let at = 20;
  items.forEach((item, index) => {
    const part = parts?.[index];
    const length = item === null ? -1 : (fixed ?? part?.length ?? 0);
    buffer.writeInt32BE(length, at);
    at += 4;
    if (length < 0) return;
    if (part) part.copy(buffer, at);
    else write?.(buffer, at, item as never);
    at += length;
  });
  return buffer;
}

const none = (): undefined => undefined;

/** `text[]`. */
export const textArray = (items: readonly (string | null)[]): Buffer =>
  encode(OID.text, items, undefined, (item: string) => Buffer.from(item, 'utf8'));
/** `bytea[]`. */
export const byteaArray = (items: readonly (Uint8Array | null)[]): Buffer =>
  encode(OID.bytea, items, undefined, (item: Uint8Array) => Buffer.from(item.buffer, item.byteOffset, item.byteLength));
/** `uuid[]` from their text form. */
export const uuidArray = (items: readonly (string | null)[]): Buffer =>
  encode(OID.uuid, items, 16, none, (target, at, item: string) => void target.write(item.replaceAll('-', ''), at, 'hex'));
/** `bigint[]`. */
export const int8Array = (items: readonly (bigint | null)[]): Buffer =>
  encode(OID.int8, items, 8, none, (target, at, item: bigint) => void target.writeBigInt64BE(item, at));
/** `integer[]`. */
export const int4Array = (items: readonly (number | null)[]): Buffer =>
  encode(OID.int4, items, 4, none, (target, at, item: number) => void target.writeInt32BE(item, at));
/** `smallint[]`. */
export const int2Array = (items: readonly (number | null)[]): Buffer =>
  encode(OID.int2, items, 2, none, (target, at, item: number) => void target.writeInt16BE(item, at));
/** `double precision[]`. */
export const float8Array = (items: readonly (number | null)[]): Buffer =>
  encode(OID.float8, items, 8, none, (target, at, item: number) => void target.writeDoubleBE(item, at));
