/** Reversed Castagnoli polynomial (RFC 3720, appendix B.4). */
const POLYNOMIAL = 0x82f63b78;

/** Tables for eight bytes at a time ("slicing by eight", Kounavis and Berry 2005): one every five cycles becomes eight every ten. */
const TABLES = Array.from({ length: 8 }, () => new Int32Array(256));
for (let byte = 0; byte < 256; byte += 1) {
  let crc = byte;
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ POLYNOMIAL : crc >>> 1;
  (TABLES[0] as Int32Array)[byte] = crc;
}
for (let slice = 1; slice < 8; slice += 1)
  for (let byte = 0; byte < 256; byte += 1) {
    const before = (TABLES[slice - 1] as Int32Array)[byte] as number;
    (TABLES[slice] as Int32Array)[byte] = (before >>> 8) ^ ((TABLES[0] as Int32Array)[before & 255] as number);
  }
const [T0, T1, T2, T3, T4, T5, T6, T7] = TABLES as unknown as readonly [
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
  Int32Array,
];

/** CRC-32C of bytes `start` to before `end`, unsigned: the checksum of Kafka's record batches. */
export function crc32c(bytes: Uint8Array, start: number, end: number): number {
  const at = (index: number): number => bytes[index] as number;
  let crc = -1;
  let index = start;
  for (; index + 8 <= end; index += 8) {
    const low = crc ^ (at(index) | (at(index + 1) << 8) | (at(index + 2) << 16) | (at(index + 3) << 24));
    crc =
      (T7[low & 255] as number) ^
      (T6[(low >>> 8) & 255] as number) ^
      (T5[(low >>> 16) & 255] as number) ^
      (T4[low >>> 24] as number) ^
      (T3[at(index + 4)] as number) ^
      (T2[at(index + 5)] as number) ^
      (T1[at(index + 6)] as number) ^
      (T0[at(index + 7)] as number);
  }
  for (; index < end; index += 1) crc = (T0[(crc ^ at(index)) & 255] as number) ^ (crc >>> 8);
  return ~crc >>> 0;
}
