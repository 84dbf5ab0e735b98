import { isUtf8 } from 'node:buffer';
import { LosslessNumber, parse as parseLossless } from 'lossless-json';
import type { Checked, Fault } from '@tributary/contracts';
import { isExactNumber, scanJson, type ByteRange } from './scan-json.ts';

/** A parsed JSON body; numbers that a double would change are `LosslessNumber`s and keep their digits. */
export interface JsonBody {
  readonly value: unknown;
  /** Bytes of each element when the body is an array. */
  readonly elements: readonly ByteRange[] | undefined;
}

/**
 * Reads JSON bytes: valid UTF-8 without a byte order mark, not too deep, no name twice, grammar of RFC 8259; 64-bit numbers keep every
 * digit. The fast native parser is used when no number can lose anything by it.
 */
export function readJson(bytes: Buffer): Checked<JsonBody> {
  if (bytes.length === 0) return refuse('malformed', 'the body is empty');
  if (bytes[0] === 0xef && bytes[1] === 0xbb) return refuse('malformed', 'starts with a byte order mark');
  if (!isUtf8(bytes)) return refuse('utf8', 'is not valid UTF-8');
  const scan = scanJson(bytes);
  if (!scan.ok) return scan;
  const text = bytes.toString('utf8', 0, bytes.length);
  try {
    const value = scan.value.exact ? (JSON.parse(text) as unknown) : parseLossless(text);
    return { ok: true, value: { value, elements: scan.value.elements } };
  } catch (error) {
    return refuse('malformed', `is no JSON: ${where(error)}`);
  }
}

/** The text of a number as it is compared and hashed: the same whichever parser read it. */
export function numberAsText(value: number | LosslessNumber): string {
  if (typeof value === 'number') return String(value);
  return isExactNumber(value.value) ? String(Number(value.value)) : value.value;
}

/** The value with every number as text, for mappings: they move digits around and never compute with doubles. */
export function numbersAsText(value: unknown): unknown {
  if (typeof value === 'number' || value instanceof LosslessNumber) return numberAsText(value);
  if (Array.isArray(value)) return value.map(numbersAsText);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, item]) => [name, numbersAsText(item)]));
}

/** JSON with sorted names and numbers as text: the same bytes for the same content, whatever the order and spacing it came in. */
export function canonicalJson(value: unknown): string {
  if (typeof value === 'number' || value instanceof LosslessNumber) return numberAsText(value);
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const record = value as Record<string, unknown>;
  const names = Object.keys(record)
    .filter((name) => record[name] !== undefined)
    .sort();
  return `{${names.map((name) => `${JSON.stringify(name)}:${canonicalJson(record[name])}`).join(',')}}`;
}

const refuse = (reason: Fault['reason'], detail: string): Checked<never> => ({ ok: false, faults: [{ field: '', reason, detail }] });

/** Says where a parser stopped without repeating what stands there: bodies hold personal data. */
function where(error: unknown): string {
  const position = /position (\d+)/.exec(error instanceof Error ? error.message : '')?.[1];
  return position === undefined ? 'it ends too early or has a character out of place' : `stops making sense at position ${position}`;
}
