import type { Checked, Fault } from '@tributary/contracts';

/** Deepest nesting that is read; deeper documents overflow the stack of whatever walks them later. */
export const MAX_DEPTH = 32;

/** Bytes of one element of a top-level array. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** What a scan found out before anything was parsed. */
export interface JsonScan {
  /** Where the elements of a top-level array stand; `undefined` when the document is no array. */
  readonly elements: readonly ByteRange[] | undefined;
  /** Whether every number survives a binary double: at most 15 significant digits and no exponent. */
  readonly exact: boolean;
}

const QUOTE = 0x22;
const BACKSLASH = 0x5c;

/**
 * Scans a JSON text in one pass, without recursion: refuses nesting deeper than {@link MAX_DEPTH}, a name that stands twice in an object
 * (parsers disagree on which one wins, so a signature would cover two readings) and the name `__proto__`. It does not check the grammar
 * further: the parser that follows does.
 */
export function scanJson(bytes: Buffer): Checked<JsonScan> {
  const names: (Set<string> | undefined)[] = [];
  let elements: { start: number; end: number }[] | undefined;
  let start = -1;
  let end = -1;
  let exact = true;
  let nameNext = false;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09) continue;
    const top = names.length === 1 && elements !== undefined;
    if (top && start < 0 && byte !== 0x5d) start = at;
    switch (byte) {
      case 0x7b: // {
      case 0x5b: // [
        if (names.length === 0 && byte === 0x5b) elements = [];
        names.push(byte === 0x7b ? new Set() : undefined);
        if (names.length > MAX_DEPTH) return refuse('limit', `nested deeper than ${MAX_DEPTH} levels`);
        nameNext = byte === 0x7b;
        break;
      case 0x7d: // }
      case 0x5d: // ]
        if (top && start >= 0) elements?.push({ start, end });
        names.pop();
        nameNext = false;
        break;
      case 0x2c: // ,
        if (top) {
          elements?.push({ start, end });
          start = -1;
        }
        nameNext = names.at(-1) !== undefined;
        break;
      case QUOTE: {
        const close = stringEnd(bytes, at + 1);
        if (close < 0) return refuse('malformed', 'ends inside a text');
        const open = nameNext ? names.at(-1) : undefined;
        if (open !== undefined) {
          const name = nameOf(bytes, at, close);
          if (name === undefined) return refuse('malformed', 'holds a bad escape in a name');
          if (name === '__proto__') return refuse('malformed', 'holds the name "__proto__"');
          if (open.has(name))
            return refuse(
              'malformed',
              `holds the name ${JSON.stringify(Buffer.from(name, 'latin1').toString('utf8').slice(0, 60))} twice in one object`,
            );
          open.add(name);
          nameNext = false;
        }
        at = close;
        break;
      }
      default:
        if (byte === 0x2d || (byte >= 0x30 && byte <= 0x39)) {
          const last = numberEnd(bytes, at);
          // Of a short text only an exponent can make a number inexact.
          exact &&= last - at < 15 ? !hasExponent(bytes, at, last) : isExactNumber(bytes.toString('latin1', at, last + 1));
          at = last;
        }
    }
    end = at + 1;
  }
  return { ok: true, value: { elements, exact } };
}

const refuse = (reason: Fault['reason'], detail: string): Checked<never> => ({ ok: false, faults: [{ field: '', reason, detail }] });

/** Position of the closing quote, or -1. */
function stringEnd(bytes: Buffer, from: number): number {
  for (let at = from; at < bytes.length; at += 1) {
    const byte = bytes[at];
    if (byte === QUOTE) return at;
    if (byte === BACKSLASH) at += 1;
  }
  return -1;
}

function nameOf(bytes: Buffer, open: number, close: number): string | undefined {
  const raw = bytes.toString('latin1', open + 1, close);
  if (!raw.includes('\\')) return raw;
  try {
    return Buffer.from(JSON.parse(bytes.toString('utf8', open, close + 1)) as string, 'utf8').toString('latin1');
  } catch {
    return undefined;
  }
}

/** Position of the last byte that may belong to a number. */
function numberEnd(bytes: Buffer, from: number): number {
  let at = from + 1;
  for (; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    const part = (byte >= 0x30 && byte <= 0x39) || byte === 0x2e || byte === 0x2b || byte === 0x2d || (byte | 0x20) === 0x65;
    if (!part) break;
  }
  return at - 1;
}

function hasExponent(bytes: Buffer, from: number, last: number): boolean {
  for (let at = from; at <= last; at += 1) if (((bytes[at] ?? 0) | 0x20) === 0x65) return true;
  return false;
}

/** Whether a number text survives a binary double digit for digit: at most 15 significant digits, no exponent. */
export function isExactNumber(text: string): boolean {
  if (text.length > 15 && text.replace(/^-?0*\.?0*/, '').replace('.', '').length > 15) return false;
  return !text.includes('e') && !text.includes('E');
}
