import { promisify } from 'node:util';
import { gunzip } from 'node:zlib';
import { Decompress } from 'fzstd';
import snappy from 'snappyjs';
import { inflateLz4 } from './lz4-frame.ts';

/** Inflates what is behind a record batch's header; rejects when it is damaged or larger inside than `limit` bytes. */
export type Inflate = (packed: Buffer, limit: number) => Promise<Buffer>;

const gunzipAsync = promisify(gunzip);

/** What the Java client puts before Snappy blocks: magic, then version and compatible version. */
const XERIAL = Buffer.from('\x82SNAPPY\0', 'latin1');
const XERIAL_HEADER = XERIAL.length + 8;

function inflateSnappy(packed: Buffer, limit: number): Buffer {
  if (!packed.subarray(0, XERIAL.length).equals(XERIAL)) return snappy.uncompress(packed, limit);
  const blocks: Buffer[] = [];
  let left = limit;
  for (let position = XERIAL_HEADER; position < packed.length;) {
    const length = packed.readInt32BE(position);
    position += 4;
    if (length < 0 || position + length > packed.length) throw new RangeError('a Snappy block is longer than its batch');
    const block = snappy.uncompress(packed.subarray(position, position + length), left);
    blocks.push(block);
    left -= block.length;
    position += length;
  }
  return Buffer.concat(blocks);
}

function inflateZstd(packed: Buffer, limit: number): Buffer {
  const pieces: Uint8Array[] = [];
  let length = 0;
  const stream = new Decompress((piece) => {
    length += piece.length;
    if (length > limit) throw new RangeError(`inflates beyond ${limit} bytes`);
    pieces.push(piece);
  });
  // In pieces: each is inflated, and judged, before the next is looked at.
  for (let position = 0; position < packed.length; position += PIECE)
    stream.push(packed.subarray(position, position + PIECE), position + PIECE >= packed.length);
  return Buffer.concat(pieces);
}

const PIECE = 16 * 1024;

/** The codecs that a record batch may name (Kafka's numbers; 0 is none). */
export const codecs: ReadonlyMap<number, { readonly name: string; readonly inflate: Inflate }> = new Map([
  [1, { name: 'gzip', inflate: (packed, limit) => gunzipAsync(packed, { maxOutputLength: limit }) }],
  [2, { name: 'snappy', inflate: (packed, limit) => Promise.resolve(packed).then((bytes) => inflateSnappy(bytes, limit)) }],
  [3, { name: 'lz4', inflate: (packed, limit) => Promise.resolve(packed).then((bytes) => inflateLz4(bytes, limit)) }],
  [4, { name: 'zstd', inflate: (packed, limit) => Promise.resolve(packed).then((bytes) => inflateZstd(bytes, limit)) }],
]);
