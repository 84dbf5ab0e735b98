/** A frame that is damaged, or that is larger inside than allowed. */
export class Lz4Error extends Error {
  override name = 'Lz4Error';
}

const MAGIC = 0x184d2204;
const STORED = 0x80000000;
const MIN_MATCH = 4;
/** Largest block by its code in the descriptor (LZ4 frame format 1.6.2). */
const BLOCK_BYTES = new Map([
  [4, 64 * 1024],
  [5, 256 * 1024],
  [6, 1024 * 1024],
  [7, 4 * 1024 * 1024],
]);

/**
 * Inflates one LZ4 frame (version 1, dependent or independent blocks, no dictionary). The checksums of the frame are not compared: a record
 * batch has its own.
 * @param limit most bytes inside; beyond it an `Lz4Error` is thrown before they are there.
 */
export function inflateLz4(frame: Buffer, limit: number): Buffer {
  if (frame.length < 7 || frame.readUInt32LE(0) !== MAGIC) throw new Lz4Error('is no LZ4 frame');
  const flags = frame.readUInt8(4);
  const blockBytes = BLOCK_BYTES.get((frame.readUInt8(5) >> 4) & 7);
  if (flags >> 6 !== 1 || blockBytes === undefined || (flags & 1) === 1) throw new Lz4Error('is an LZ4 frame of another form');
  const out = new Output(limit);
  let position = 7 + ((flags & 8) === 8 ? 8 : 0);
  for (;;) {
    const size = at(frame, position);
    position += 4;
    if (size === 0) return out.done();
    const length = size & ~STORED;
    const end = position + length;
    if (length > blockBytes || end > frame.length) throw new Lz4Error('has a block that is longer than its frame');
    if ((size & STORED) !== 0) out.literals(frame, position, end);
    else inflateBlock(frame, position, end, out);
    position = end + ((flags & 16) === 16 ? 4 : 0);
  }
}

function inflateBlock(source: Buffer, from: number, end: number, out: Output): void {
  let position = from;
  const lengthAfter = (nibble: number): number => {
    let length = nibble;
    for (let more = nibble === 15; more;) {
      if (position >= end) throw new Lz4Error('ends within a length');
      const byte = source[position++] as number;
      length += byte;
      more = byte === 255;
    }
    return length;
  };
  while (position < end) {
    const token = source[position++] as number;
    const literals = lengthAfter(token >> 4);
    if (position + literals > end) throw new Lz4Error('ends within its literals');
    out.literals(source, position, position + literals);
    position += literals;
    if (position === end) return;
    if (position + 2 > end) throw new Lz4Error('ends within a match');
    const back = (source[position] as number) | ((source[position + 1] as number) << 8);
    position += 2;
    out.match(back, lengthAfter(token & 15) + MIN_MATCH);
  }
}

/** Grows by doubling up to the limit. */
class Output {
  private bytes = Buffer.allocUnsafe(64 * 1024);
  private length = 0;

  constructor(private readonly limit: number) {}

  literals(source: Buffer, from: number, to: number): void {
    this.room(to - from);
    source.copy(this.bytes, this.length, from, to);
    this.length += to - from;
  }

  match(back: number, count: number): void {
    if (back === 0 || back > this.length) throw new Lz4Error('refers to what is before its beginning');
    this.room(count);
    let left = count;
    // A match may reach into what it writes: copied in pieces that are there already, which double.
    for (let piece = back; left > 0; piece *= 2) {
      const now = Math.min(piece, left);
      this.bytes.copyWithin(this.length, this.length - piece, this.length - piece + now);
      this.length += now;
      left -= now;
    }
  }

  done(): Buffer {
    return this.bytes.subarray(0, this.length);
  }

  private room(count: number): void {
    const needed = this.length + count;
    if (needed > this.limit) throw new Lz4Error(`inflates beyond ${this.limit} bytes`);
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.min(this.limit, Math.max(needed, this.bytes.length * 2)));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }
}

function at(frame: Buffer, position: number): number {
  if (position + 4 > frame.length) throw new Lz4Error('ends within a block');
  return frame.readUInt32LE(position);
}
