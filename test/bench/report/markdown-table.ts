/** A cell: numbers get as many digits as say something. */
export function cell(value: unknown): string {
  if (value === null || value === undefined) return '–';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value !== 'number') return String(value);
  if (!Number.isFinite(value)) return '–';
  if (Math.abs(value) >= 1_000) return Math.round(value).toLocaleString('en-US').replaceAll(',', ' ');
  return String(Number(value.toPrecision(3)));
}

/** A Markdown table of rows with the same columns; the first column names the row. */
export function markdownTable(first: string, rows: readonly (readonly [name: string, cells: Readonly<Record<string, unknown>>])[]): string {
  const columns = [...new Set(rows.flatMap(([, cells]) => Object.keys(cells)))];
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [
    line([first, ...columns]),
    line(['---', ...columns.map(() => '---')]),
    ...rows.map(([name, cells]) => line([name, ...columns.map((column) => cell(cells[column]))])),
  ].join('\n');
}

/**
 * The page with the part between `<!-- NAME -->` and `<!-- /NAME -->` replaced. Throws `RangeError` when the page has no such part: a table
 * that lands nowhere would be lost without a word.
 */
export function replacePart(page: string, name: string, content: string): string {
  const [from, to] = [`<!-- ${name} -->`, `<!-- /${name} -->`];
  const start = page.indexOf(from);
  const end = page.indexOf(to);
  if (start < 0 || end < start) throw new RangeError(`the page has no part ${name}`);
  return `${page.slice(0, start + from.length)}\n\n${content}\n\n${page.slice(end)}`;
}
