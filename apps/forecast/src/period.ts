/** Length of one step of a forecast. */
export type Bucket = 'day' | 'week';

/** 1970-01-05, the first Monday of day numbers. */
const FIRST_MONDAY = 4;

/** Days in a step. */
export const daysIn = (bucket: Bucket): number => (bucket === 'day' ? 1 : 7);

/** Steps after which a season repeats: a week of days, a year of weeks. */
export const seasonOf = (bucket: Bucket): number => (bucket === 'day' ? 7 : 52);

/** First day of the period that holds a day; weeks begin on Monday (ISO 8601). */
export function periodStart(day: number, bucket: Bucket): number {
  return bucket === 'day' ? day : Math.floor((day - FIRST_MONDAY) / 7) * 7 + FIRST_MONDAY;
}
