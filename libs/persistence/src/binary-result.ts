const text = (value: Buffer): string => value.toString('utf8');

/** Readers of PostgreSQL's binary form (the send functions of each type) by type oid. */
const PARSERS = new Map<number, (value: Buffer) => unknown>([
  [16, (value) => value[0] === 1],
  [17, (value) => value],
  [20, (value) => value.readBigInt64BE(0)],
  [21, (value) => value.readInt16BE(0)],
  [23, (value) => value.readInt32BE(0)],
  [25, text],
  [114, (value) => JSON.parse(text(value)) as unknown],
  [701, (value) => value.readDoubleBE(0)],
]);

/** How a binary result column is read. Throws `TypeError` for a type that no statement asks for in binary form. */
export function binaryParser(oid: number): (value: string | Buffer) => unknown {
  const parser = PARSERS.get(oid);
  if (parser === undefined) throw new TypeError(`no reader for the binary form of type ${oid}: ask for its text form`);
  return parser as (value: string | Buffer) => unknown;
}
