/** A moment of a British wall clock. */
export interface LondonMoment {
  /** Microseconds UTC. */
  readonly micros: number;
  /** Offset from UTC at that moment: 0 in winter, 60 in summer. */
  readonly offsetMinutes: number;
}

const LOCAL = /^(\d{4})-(\d{2})-(\d{2}) (\d{2}):(\d{2}):(\d{2})$/;
const HOUR_MS = 3_600_000;

/**
 * Reads `YYYY-MM-DD HH:MM:SS` as time in Europe/London, by the rule in force since 1996 (Directive 2000/84/EC, kept in The Summer Time
 * Order 2002): summer time runs from 01:00 UTC on the last Sunday of March to 01:00 UTC on the last Sunday of October. An hour that occurs twice
 * is taken as the first of the two; one that does not occur as if the clock had not been put forward yet. `undefined` for what is no time or
 * lies before 1996.
 */
export function parseLondonTime(text: string): LondonMoment | undefined {
  const match = LOCAL.exec(text);
  if (match === null) return undefined;
  const [year, month, day, hour, minute, second] = match.slice(1).map(Number) as [number, number, number, number, number, number];
  if (year < 1996 || hour > 23 || minute > 59 || second > 59) return undefined;
  const wall = Date.UTC(year, month - 1, day, hour, minute, second);
  const date = new Date(wall);
  if (date.getUTCMonth() !== month - 1 || date.getUTCDate() !== day) return undefined;
  const summer = wall - HOUR_MS;
  const inSummer = summer >= changeOf(year, 2) && summer < changeOf(year, 9);
  return inSummer ? { micros: summer * 1000, offsetMinutes: 60 } : { micros: wall * 1000, offsetMinutes: 0 };
}

/** 01:00 UTC on the last Sunday of a month of 31 days, milliseconds. */
function changeOf(year: number, month: 2 | 9): number {
  const end = new Date(Date.UTC(year, month, 31, 1));
  return end.getTime() - end.getUTCDay() * 24 * HOUR_MS;
}
