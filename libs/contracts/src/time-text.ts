const DAY_MS = 86_400_000;
const TIME = /^(\d{4})-(\d{2})-(\d{2})T(\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?(Z|[+-]\d{2}:\d{2})$/;

/** ISO 8601 with an offset to microseconds since the epoch; `undefined` when it is none (a missing offset is none, 30 February neither). */
export function parseMicros(text: string): number | undefined {
  const match = TIME.exec(text);
  if (match === null) return undefined;
  const [, year, month, day, hour, minute, second, fraction = '', zone = 'Z'] = match;
  const local = utc(Number(year), Number(month), Number(day)) ?? Number.NaN;
  if (Number(hour) > 23 || Number(minute) > 59 || Number(second) > 59) return undefined;
  const offset = zone === 'Z' ? 0 : (zone.startsWith('-') ? -1 : 1) * (Number(zone.slice(1, 3)) * 60 + Number(zone.slice(4, 6)));
  const seconds = local / 1000 + Number(hour) * 3600 + Number(minute) * 60 + Number(second) - offset * 60;
  const micros = seconds * 1_000_000 + Number(fraction.padEnd(6, '0').slice(0, 6));
  return Number.isSafeInteger(micros) ? micros : undefined;
}

/** Microseconds since the epoch as ISO 8601 in UTC, with as many places as it needs (0, 3 or 6). */
export function formatMicros(micros: number): string {
  const millis = Math.floor(micros / 1000);
  const rest = micros - millis * 1000;
  const text = new Date(millis).toISOString();
  if (rest !== 0) return `${text.slice(0, -1)}${String(rest).padStart(3, '0')}Z`;
  return text.endsWith('.000Z') ? `${text.slice(0, -5)}Z` : text;
}

/** `YYYY-MM-DD` to days since the epoch; `undefined` when it is no day. */
export function parseDay(text: string): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  const millis = match === null ? undefined : utc(Number(match[1]), Number(match[2]), Number(match[3]));
  return millis === undefined ? undefined : millis / DAY_MS;
}

/** Days since the epoch as `YYYY-MM-DD`. */
export function formatDay(day: number): string {
  return new Date(day * DAY_MS).toISOString().slice(0, 10);
}

function utc(year: number, month: number, day: number): number | undefined {
  const millis = Date.UTC(year, month - 1, day);
  const date = new Date(millis);
  return date.getUTCFullYear() === year && date.getUTCMonth() === month - 1 && date.getUTCDate() === day ? millis : undefined;
}
