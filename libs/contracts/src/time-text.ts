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

/** Two digits. */
const TWO = Array.from({ length: 60 }, (_, number) => String(number).padStart(2, '0'));
/** The day written last: times of events come in the order of days, and a Date for each costs more than all the rest. */
let last = { day: Number.NaN, text: '' };

/** Microseconds since the epoch as ISO 8601 in UTC, with as many places as it needs (0, 3 or 6). Throws `RangeError` when it is no time. */
export function formatMicros(micros: number): string {
  const day = Math.floor(micros / (DAY_MS * 1000));
  if (day !== last.day) last = { day, text: new Date(day * DAY_MS).toISOString().slice(0, -'00:00:00.000Z'.length) };
  const rest = micros - day * DAY_MS * 1000;
  const seconds = Math.floor(rest / 1_000_000);
  const fraction = rest - seconds * 1_000_000;
  const hours = Math.floor(seconds / 3600);
  const minutes = Math.floor(seconds / 60) - hours * 60;
  const clock = `${last.text}${TWO[hours]}:${TWO[minutes]}:${TWO[seconds - hours * 3600 - minutes * 60]}`;
  if (fraction === 0) return `${clock}Z`;
  const millis = Math.floor(fraction / 1000);
  const places = millis * 1000 === fraction ? String(millis).padStart(3, '0') : String(fraction).padStart(6, '0');
  return `${clock}.${places}Z`;
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
