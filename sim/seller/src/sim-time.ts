/** One day, microseconds. */
export const DAY = 86_400_000_000;
/** One hour, microseconds. */
export const HOUR = 3_600_000_000;
/** One minute, microseconds. */
export const MINUTE = 60_000_000;

/** Microseconds UTC of a moment of a day: whole seconds, so that texts stay short. `day` counts from 1970-01-01. */
export function moment(day: number, secondOfDay: number): number {
  return day * DAY + Math.floor(secondOfDay) * 1_000_000;
}

/** 0 is Monday. */
export function weekday(day: number): number {
  return (((day + 3) % 7) + 7) % 7;
}
