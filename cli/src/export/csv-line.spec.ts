import { describe, expect, it } from '@jest/globals';
import { parse } from 'csv-parse/sync';
import fc from 'fast-check';
import { csvLine } from './csv-line.ts';

describe('csvLine', () => {
  it('writes text, moments, counts, money and gaps', () => {
    expect(csvLine(['a', new Date(0), 3, 125_000n, -50_500n, null, 0.25])).toBe('a,1970-01-01T00:00:00.000Z,3,12.50,-5.05,,0.25\r\n');
    expect(csvLine(['a "quoted", text', 'two\nlines', ' blank '])).toBe('"a ""quoted"", text","two\nlines"," blank "\r\n');
  });

  it.each(['=1+1', '+1', '-1', '@SUM(A1)', '\t=1', '\r=1', '\u0000=1', '=HYPERLINK("http://evil","x")'])(
    'does not let %j be a formula',
    (text) => {
      const [[cell = ''] = []] = parse(csvLine([text]), { trim: false }) as string[][];
      expect(cell).toBe(`'${text}`);
    },
  );

  it('is read back by a CSV reader as it was written, formulas aside', () => {
    fc.assert(
      fc.property(fc.array(fc.string({ unit: 'grapheme' }), { minLength: 2, maxLength: 5 }), (cells) => {
        const [read] = parse(csvLine(cells)) as string[][];
        expect(read).toEqual(cells.map((cell) => (/^[=+\-@\t\r\0]/.test(cell) ? `'${cell}` : cell)));
      }),
    );
  });
});
