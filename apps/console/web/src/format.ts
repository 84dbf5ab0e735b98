/** Languages of the page. */
export const languages = ['en', 'zh-CN'] as const;
export type Language = (typeof languages)[number];

/** The language to begin with: what the visitor chose before, else the first of the browser's that the page has, else English. */
export function startLanguage(chosen: string | null, wanted: readonly string[]): Language {
  const found = languages.find((language) => language === chosen);
  if (found !== undefined) return found;
  for (const tag of wanted) {
    if (/^zh\b/iu.test(tag)) return 'zh-CN';
    if (/^en\b/iu.test(tag)) return 'en';
  }
  return 'en';
}

/** Writes numbers, money and times the way a language does. Decimal texts are formatted exactly, never through a double. */
export interface Format {
  count(value: number): string;
  /** At most `places` decimals; a decimal text or a number. */
  number(value: string | number, places?: number): string;
  percent(value: number): string;
  money(amount: string | number, currency: string): string;
  date(iso: string): string;
  dateTime(iso: string): string;
  time(iso: string): string;
  /** `12 s`, `3 min`, `2.5 h`. */
  duration(seconds: number): string;
  /** `12 seconds ago`. */
  ago(seconds: number): string;
}

const exact = (value: string | number): number | `${number}` => value as number | `${number}`;

/** Formats for a language; times are shown in UTC, as they stand in the events. */
export function formatFor(language: Language): Format {
  const plain = new Intl.NumberFormat(language);
  const share = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 1 });
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' });
  const moment = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short', timeZone: 'UTC' });
  const clock = new Intl.DateTimeFormat(language, { timeStyle: 'medium', timeZone: 'UTC' });
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'always' });
  const unit = (name: 'second' | 'minute' | 'hour' | 'day', places: number): Intl.NumberFormat =>
    new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'short', maximumFractionDigits: places });
  const units = { second: unit('second', 0), minute: unit('minute', 0), hour: unit('hour', 1), day: unit('day', 1) };
  const byPlaces = new Map<number, Intl.NumberFormat>();
  const byCurrency = new Map<string, Intl.NumberFormat>();
  return {
    count: (value) => plain.format(value),
    number: (value, places = 2) =>
      kept(byPlaces, places, () => new Intl.NumberFormat(language, { maximumFractionDigits: places })).format(exact(value)),
    percent: (value) => share.format(value),
    money: (amount, currency) =>
      CODE.test(currency)
        ? kept(byCurrency, currency, () => new Intl.NumberFormat(language, { style: 'currency', currency })).format(exact(amount))
        : `${kept(byPlaces, 4, () => new Intl.NumberFormat(language, { maximumFractionDigits: 4 })).format(exact(amount))} ${currency}`,
    date: (iso) => day.format(new Date(iso)),
    dateTime: (iso) => `${moment.format(new Date(iso))} UTC`,
    time: (iso) => `${clock.format(new Date(iso))} UTC`,
    duration: (seconds) => {
      const { name, size } = unitOf(seconds);
      return units[name].format(seconds / size);
    },
    ago: (seconds) => {
      const { name, size } = unitOf(seconds);
      return relative.format(-Math.round(seconds / size), name);
    },
  };
}

/** What `Intl` takes for a currency; anything else is written behind its number. */
const CODE = /^[A-Z]{3}$/u;

const sizes = [
  { name: 'day', size: 86_400 },
  { name: 'hour', size: 3_600 },
  { name: 'minute', size: 60 },
] as const;
const unitOf = (seconds: number): { name: 'day' | 'hour' | 'minute' | 'second'; size: number } =>
  sizes.find(({ size }) => seconds >= 2 * size) ?? { name: 'second', size: 1 };

function kept<Key, Value>(cache: Map<Key, Value>, key: Key, make: () => Value): Value {
  const found = cache.get(key);
  if (found !== undefined) return found;
  const made = make();
  cache.set(key, made);
  return made;
}
