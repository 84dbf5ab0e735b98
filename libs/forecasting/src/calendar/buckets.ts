/** Length of a demand bucket. Weeks start on `weekStart`, months are calendar months. */
export type Bucket = 'day' | 'week' | 'month';

/** 1970-01-01, day number 0, was a Thursday; 0 = Sunday. */
const WEEKDAY_OF_EPOCH = 4;

/** Day of the week of a day number (days since 1970-01-01), 0 = Sunday. */
export function weekdayOf(day: number): number {
  return (((day + WEEKDAY_OF_EPOCH) % 7) + 7) % 7;
}

/** Months since 1970-01 of a day number, by the proleptic Gregorian calendar (H. Hinnant, "civil_from_days"). */
export function monthOf(day: number): number {
  const shifted = day + 719468;
  const era = Math.floor(shifted / 146097);
  const dayOfEra = shifted - era * 146097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36524) - Math.floor(dayOfEra / 146096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 2 : marchMonth - 10;
  const year = yearOfEra + era * 400 + (month <= 1 ? 1 : 0);
  return (year - 1970) * 12 + month;
}

/** First day number of a month counted since 1970-01 (H. Hinnant, "days_from_civil"). */
export function firstDayOfMonth(month: number): number {
  const year = 1970 + Math.floor(month / 12);
  const monthOfYear = ((month % 12) + 12) % 12;
  const marchYear = monthOfYear <= 1 ? year - 1 : year;
  const era = Math.floor(marchYear / 400);
  const yearOfEra = marchYear - era * 400;
  const dayOfYear = Math.floor((153 * ((monthOfYear + 10) % 12) + 2) / 5);
  const dayOfEra = yearOfEra * 365 + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100) + dayOfYear;
  return era * 146097 + dayOfEra - 719468;
}

/** Number of the bucket that holds a day: consecutive integers. */
export function bucketOf(day: number, bucket: Bucket, weekStart: number): number {
  if (bucket === 'day') return day;
  if (bucket === 'month') return monthOf(day);
  return Math.floor((day - firstWeekStart(weekStart)) / 7);
}

/** First day number of a bucket. */
export function firstDayOf(index: number, bucket: Bucket, weekStart: number): number {
  if (bucket === 'day') return index;
  if (bucket === 'month') return firstDayOfMonth(index);
  return index * 7 + firstWeekStart(weekStart);
}

function firstWeekStart(weekStart: number): number {
  return (weekStart - WEEKDAY_OF_EPOCH + 7) % 7;
}
