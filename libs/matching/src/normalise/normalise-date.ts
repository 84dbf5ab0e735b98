import { cleanText } from './clean-text.ts';
import type { Normalised } from './clean-text.ts';

/**
 * A birth date as `YYYY-MM-DD`. Reads `1980-02-01`, `19800201`, `1980/2/1`, `1980年2月1日`, `1.2.1980` and, by `order`,
 * `1/2/1980` (`day-first`, the default, or `month-first`); a part that cannot be a month settles the order by itself. A time after
 * the date is dropped. Two-digit years are refused: nobody can say which century a customer was born in.
 */
export function normaliseDate(raw: string, order: 'day-first' | 'month-first' = 'day-first'): Normalised {
  const clean = cleanText(raw, 64);
  if ('refused' in clean) return clean;
  const text = clean.value.normalize('NFKC').replace(/[T ]\d{1,2}:\d{2}.*$/u, '');
  const compact = /^(\d{4})(\d{2})(\d{2})$/.exec(text);
  const parts = compact === null ? text.split(/[-./年月日 ]+/u).filter((part) => part !== '') : compact.slice(1);
  if (parts.length !== 3 || parts.some((part) => !/^\d{1,4}$/.test(part))) return { refused: 'not-a-date' };
  const [first, second, third] = parts.map(Number) as [number, number, number];
  if (parts[0]?.length === 4) return dateOf(first, second, third);
  if (parts[2]?.length !== 4) return { refused: 'not-a-date' };
  const dayFirst = first > 12 || (second <= 12 && order === 'day-first');
  return dayFirst ? dateOf(third, second, first) : dateOf(third, first, second);
}

function dateOf(year: number, month: number, day: number): Normalised {
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
  if (month < 1 || month > 12 || day < 1 || day > (days[month - 1] as number)) return { refused: 'not-a-date' };
  return { value: `${String(year).padStart(4, '0')}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}` };
}
