/** |a − b| / max(|a|, |b|): 0 equal, 1 or more far apart; undefined when either is not a finite number. */
export function relativeDifference(a: number, b: number): number | undefined {
  if (!Number.isFinite(a) || !Number.isFinite(b)) return undefined;
  const scale = Math.max(Math.abs(a), Math.abs(b));
  return scale === 0 ? 0 : Math.abs(a - b) / scale;
}

/** Whole days between two ISO dates (`2001-02-28`), never negative; undefined when either is no date of the Gregorian calendar. */
export function daysBetween(a: string, b: string): number | undefined {
  const left = dayNumber(a);
  const right = dayNumber(b);
  return left === undefined || right === undefined ? undefined : Math.abs(left - right);
}

function dayNumber(text: string): number | undefined {
  const match = /^(\d{4})-(\d{2})-(\d{2})$/.exec(text);
  if (match === null) return undefined;
  const [year, month, day] = [Number(match[1]), Number(match[2]), Number(match[3])];
  const time = new Date(0);
  time.setUTCFullYear(year, month - 1, day);
  return time.getUTCMonth() === month - 1 && time.getUTCDate() === day ? Math.round(time.getTime() / 86_400_000) : undefined;
}
