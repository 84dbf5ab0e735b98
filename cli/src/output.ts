/** Prints for people, or with `--json` for programs. */
export interface Output {
  readonly json: boolean;
  /** A line for people; nothing with `--json`. */
  line(text: string): void;
  /** The result: `text` for people, the value as one JSON line for programs. BigInts become text. */
  result(value: unknown, text: () => string): void;
}

export function createOutput(json: boolean, write: (text: string) => void = (text) => void process.stdout.write(text)): Output {
  return {
    json,
    line: (text) => {
      if (!json) write(`${text}\n`);
    },
    result: (value, text) => write(`${json ? toJsonText(value) : text()}\n`),
  };
}

/** JSON with BigInts as text. */
export const toJsonText = (value: unknown): string =>
  JSON.stringify(value, (_key, item: unknown) => (typeof item === 'bigint' ? item.toString() : item));

/** Columns aligned for a fixed-width terminal; numbers to the right. */
export function table(rows: readonly Readonly<Record<string, unknown>>[]): string {
  const [first] = rows;
  if (first === undefined) return '(none)';
  const names = Object.keys(first);
  const text = (value: unknown): string => (value === null || value === undefined ? '' : String(value));
  const width = new Map(names.map((name) => [name, Math.max(name.length, ...rows.map((row) => text(row[name]).length))]));
  const isNumber = (value: unknown): boolean => typeof value === 'number' || typeof value === 'bigint';
  const line = (cell: (name: string) => string, right: (name: string) => boolean): string =>
    names
      .map((name) => (right(name) ? cell(name).padStart(width.get(name) ?? 0) : cell(name).padEnd(width.get(name) ?? 0)))
      .join('  ')
      .trimEnd();
  const right = (name: string): boolean => rows.every((row) => isNumber(row[name]));
  return [line((name) => name, right), ...rows.map((row) => line((name) => text(row[name]), right))].join('\n');
}
