import { gzipSync } from 'node:zlib';
import { describe, expect, it } from '@jest/globals';
import { parquetWriteBuffer } from 'hyparquet-writer';
import { placeFiles } from '../../../test/support/run-verb.ts';
import { findColumns, numberColumn, textIn, timeColumn } from './read-columns.ts';
import { readTable } from './read-table.ts';
import { cellsOf, everyColumn } from './table.ts';
import { processTerminal } from './terminal.ts';

const read = (path: string) => readTable(path, everyColumn, processTerminal());
const readText = (text: string | Uint8Array, name = 'a.csv') => read(placeFiles({ [name]: text })[name] as string);

describe('readTable', () => {
  it('reads CSV with a byte order mark, quotes, blank lines and CRLF', async () => {
    const table = await readText('\uFEFFa,b\r\n1,"x, ""y"""\r\n\r\n2,\r\n');
    expect(table.rows).toBe(2);
    expect([...table.columns]).toEqual([
      ['a', ['1', '2']],
      ['b', ['x, "y"', '']],
    ]);
  });

  it.each([';', '\t'])('reads cells separated by %j where the header has no comma', async (separator) => {
    const table = await readText(`a${separator}b\n1,5${separator}x\n`);
    expect([...table.columns]).toEqual([
      ['a', ['1,5']],
      ['b', ['x']],
    ]);
  });

  it('reads gzip whatever the name', async () => {
    expect((await readText(gzipSync('a\n1\n'))).rows).toBe(1);
  });

  it('reads Parquet, plain and packed, with typed cells', async () => {
    const bytes = new Uint8Array(
      parquetWriteBuffer({
        columnData: [
          { name: 'id', data: [1n, 2n], type: 'INT64' },
          { name: 'day', data: [new Date('2024-02-29T00:00:00Z'), new Date('2024-03-01T12:00:00Z')], type: 'TIMESTAMP' },
          { name: 'label', data: ['a', null], type: 'STRING', nullable: true },
          { name: 'amount', data: [1.5, 2], type: 'DOUBLE' },
        ],
      }),
    );
    const packed = placeFiles({ 'a.parquet.gz': gzipSync(bytes) })['a.parquet.gz'];
    for (const table of [await readText(bytes, 'no-matter-what'), await read(packed)]) {
      expect(cellsOf(table, 'id')).toEqual([1, 2]);
      expect(cellsOf(table, 'day').map(textIn)).toEqual(['2024-02-29', '2024-03-01T12:00:00.000Z']);
      expect(cellsOf(table, 'label')).toEqual(['a', null]);
      expect([...numberColumn(table, 'amount')]).toEqual([1.5, 2]);
    }
  });

  it.each([
    ['a,b\n1,2\n3\n', /row 2: 1 cells where the header has 2/],
    ['a,a\n1,2\n', /names the column "a" twice/],
    ['', /is empty/],
    ['a,b\n', /has a header and no rows/],
    ['a\n"1\n', /is no CSV file/],
    [gzipSync('a\n1\n'.repeat(1000)).subarray(0, 25), /is damaged/],
    [new TextEncoder().encode('PAR1 and no more'), /is no Parquet file/],
  ])('refuses %j in one line', async (content, message) => {
    await expect(readText(content)).rejects.toThrow(message);
  });

  it('says that a file is not there, or is a folder', async () => {
    await expect(read('no/such/file.csv')).rejects.toMatchObject({ message: 'there is no file no/such/file.csv', code: 3 });
    await expect(read('.')).rejects.toThrow('. is a folder');
  });
});

describe('columns', () => {
  it('are found by any of their names, in any case', () => {
    const roles = { T: { names: ['T', 'n'] }, spend: { names: ['monetary', 'Monetary Value'], optional: true } } as const;
    expect(findColumns('f', ['t', 'monetary_value'], roles)).toEqual({ T: 't', spend: 'monetary_value' });
    expect(findColumns('f', ['N'], roles)).toEqual({ T: 'N', spend: undefined });
    expect(() => findColumns('f.csv', ['x', 'y'], roles)).toThrow('f.csv has no column T (or n); it has x, y');
  });

  it('of numbers and dates name column and row of what is none', async () => {
    const table = await readText('n,t\n1e3,2024-02-29\n0x10,2024-02-30\n');
    expect(() => numberColumn(table, 'n')).toThrow(/a\.csv, column n, row 2: must be a number, got "0x10"/);
    expect(() => timeColumn(table, 't')).toThrow(/column t, row 2: must be a date such as 2024-02-29, got "2024-02-30"/);
    const blank = await readText('n,m\n ,2\n');
    expect(() => numberColumn(blank, 'n')).toThrow(/row 1: must be a number, got " "/);
  });
});
