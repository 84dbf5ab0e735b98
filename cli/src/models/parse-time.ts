const ISO = /^(\d{4})-(\d{2})(?:-(\d{2})(?:[T ](\d{2}):(\d{2})(?::(\d{2})(?:[.,](\d{1,9}))?)?)?)?(Z|[+-]\d{2}:?\d{2})?$/;
const COMPACT = /^(\d{4})(\d{2})(\d{2})$/;

/**
 * Milliseconds since 1970-01-01T00:00Z of a date or time as people write them in files: `2024-02`, `2024-02-29`, `2024-02-29 13:45[:30[.5]]`,
 * with `T` for the blank, with a zone or without (then UTC), or `20240229`. Undefined for anything else, a 30th of February included.
 */
export function parseTime(text: string): number | undefined {
  const compact = COMPACT.exec(text);
  if (compact !== null) return instant(compact[1], compact[2], compact[3]);
  const match = ISO.exec(text);
  if (match === null) return undefined;
  const [, year, month, day = '01', hour = '0', minute = '0', second = '0', fraction = '', zone = 'Z'] = match;
  const [h, m, s] = [Number(hour), Number(minute), Number(second)];
  const midnight = instant(year, month, day);
  if (midnight === undefined || h > 23 || m > 59 || s > 59) return undefined;
  return midnight + ((h * 60 + m) * 60 + s) * 1000 + Math.floor(Number(`0.${fraction || '0'}`) * 1000) - offset(zone);
}

function instant(year = '', month = '', day = ''): number | undefined {
  const time = Date.UTC(Number(year), Number(month) - 1, Number(day));
  const back = new Date(time);
  return back.getUTCMonth() === Number(month) - 1 && back.getUTCDate() === Number(day) ? time : undefined;
}

function offset(zone: string): number {
  if (zone === 'Z') return 0;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return (zone.startsWith('-') ? -1 : 1) * minutes * 60_000;
}
