import { contractNamed, contractOfTopic, FRAME_LENGTH, frameSchemaId, type Contract } from '@tributary/contracts';
import type { QuarantineRecord } from './api.ts';

/** Most bytes shown as hexadecimal, and most characters of a decoded record. */
const HEX_BYTES = 512;
const JSON_CHARACTERS = 20_000;

/** Hexadecimal, 16 bytes a line, as much as fits a page. */
export function hexLines(bytes: Uint8Array): readonly string[] {
  const shown = Buffer.from(bytes.subarray(0, HEX_BYTES));
  return Array.from({ length: Math.ceil(shown.length / 16) }, (_, line) =>
    (
      shown
        .subarray(line * 16, line * 16 + 16)
        .toString('hex')
        .match(/../gu) ?? []
    ).join(' '),
  );
}

/**
 * Reads a quarantined record as far as it can be read: by the contract of its topic or type when it is framed Avro, as JSON otherwise.
 * @returns the JSON text, or why there is none.
 */
export function decodeRecord(value: Uint8Array | null, topic: string | null, contractName: string | null): QuarantineRecord['decoded'] {
  if (value === null) return { ok: false, why: 'no value: a tombstone' };
  const bytes = Buffer.from(value);
  const json = jsonText(bytes);
  if (json !== undefined) return { ok: true, json };
  const contract =
    (topic === null ? undefined : contractOfTopic(topic)) ?? (contractName === null ? undefined : contractNamed(contractName));
  if (contract === undefined) return { ok: false, why: 'neither JSON nor a record of a known topic' };
  if (bytes.length < FRAME_LENGTH || frameSchemaId(bytes) === undefined)
    return { ok: false, why: 'neither JSON nor in Confluent wire format' };
  const read = (contract as unknown as Contract<unknown>).decode(bytes);
  if (!read.ok) return { ok: false, why: read.faults.map(({ reason, detail }) => `${reason}: ${detail}`).join('; ') };
  return {
    ok: true,
    json: JSON.stringify((contract as unknown as Contract<unknown>).toJson(read.value), null, 2).slice(0, JSON_CHARACTERS),
  };
}

function jsonText(bytes: Buffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
    const parsed: unknown = JSON.parse(text);
    // The text as it came, so that big numbers stay as they were; only its line breaks are ours when it came in one line.
    return (text.includes('\n') || parsed === null ? text : pretty(text, parsed)).slice(0, JSON_CHARACTERS);
  } catch {
    return undefined;
  }
}

/** Indented when that loses nothing: numbers beyond a double keep the original text. */
function pretty(text: string, parsed: unknown): string {
  const compact = JSON.stringify(parsed);
  return compact === text ? JSON.stringify(parsed, null, 2) : text;
}
