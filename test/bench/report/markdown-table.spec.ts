import { describe, expect, it } from '@jest/globals';
import { cell, markdownTable, replacePart } from './markdown-table.ts';

describe('tables of the performance page', () => {
  it('show numbers with the digits that say something', () => {
    expect([12_345.6, 999.9, 0.12345, 3, true, null, Number.NaN].map(cell)).toEqual(['12 346', '1000', '0.123', '3', 'yes', '–', '–']);
  });

  it('have every column that any row has', () => {
    expect(
      markdownTable('who', [
        ['hub', { median: 2, verified: true }],
        ['bare', { median: 5 }],
      ]),
    ).toBe('| who | median | verified |\n| --- | --- | --- |\n| hub | 2 | yes |\n| bare | 5 | – |');
  });

  it('replace their part of the page and nothing else, and again', () => {
    const page = 'before\n<!-- codec -->\nold\n<!-- /codec -->\nafter';
    const once = replacePart(page, 'codec', 'new');
    expect(once).toBe('before\n<!-- codec -->\n\nnew\n\n<!-- /codec -->\nafter');
    expect(replacePart(once, 'codec', 'new')).toBe(once);
    expect(() => replacePart(page, 'idle', 'new')).toThrow(RangeError);
  });
});
