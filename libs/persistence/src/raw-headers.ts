/** Headers of a record as bytes, exactly: values in base64. jsonb cannot hold U+0000, and text cannot hold what is no UTF-8. */
export function packHeaders(headers: Readonly<Record<string, unknown>>): Buffer {
  const pack = (value: unknown): unknown =>
    Array.isArray(value)
      ? value.map(pack)
      : value === undefined || value === null
        ? null
        : (Buffer.isBuffer(value) ? value : Buffer.from(String(value), 'utf8')).toString('base64');
  return Buffer.from(JSON.stringify(Object.entries(headers).map(([name, value]) => [name, pack(value)])), 'utf8');
}

/** Headers as they came off the wire: bytes, lists of bytes, or nothing. */
export function unpackHeaders(packed: Buffer): Record<string, unknown> {
  const unpack = (value: unknown): unknown =>
    Array.isArray(value) ? value.map(unpack) : typeof value === 'string' ? Buffer.from(value, 'base64') : undefined;
  return Object.fromEntries((JSON.parse(packed.toString('utf8')) as [string, unknown][]).map(([name, value]) => [name, unpack(value)]));
}
