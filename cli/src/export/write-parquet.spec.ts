import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ExportColumn, ExportRow } from './profile-columns.ts';
import { writeParquet } from './write-parquet.ts';

const columns: readonly ExportColumn[] = [
  { name: 'id', kind: 'text' },
  { name: 'at', kind: 'time' },
  { name: 'orders', kind: 'count' },
  { name: 'net', kind: 'money' },
  { name: 'score', kind: 'number' },
];
let folder = '';
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'parquet-'));
});
afterEach(() => rm(folder, { recursive: true }));

async function roundTrip(rows: readonly ExportRow[], rowGroup?: number) {
  const path = join(folder, 'x.parquet');
  await writeParquet(
    path,
    columns,
    (async function* () {
      yield* rows;
    })(),
    rowGroup,
  );
  const file = await asyncBufferFromFile(path);
  return { metadata: await parquetMetadataAsync(file), rows: await parquetReadObjects({ file }) };
}

describe('writeParquet', () => {
  it('writes what another reader of the format reads, with exact money and gaps', async () => {
    const at = new Date('2026-03-01T10:00:00.123Z');
    const { metadata, rows } = await roundTrip([
      ['=1+1', at, 3, 97_477_479_300n, 0.5],
      ['王', null, null, -12_345n, null],
    ]);
    expect(rows).toEqual([
      { id: '=1+1', at, orders: 3, net: 9_747_747.93, score: 0.5 },
      { id: '王', at: null, orders: null, net: -1.2345, score: null },
    ]);
    expect(metadata.schema.find(({ name }) => name === 'net')).toMatchObject({
      type: 'INT64',
      converted_type: 'DECIMAL',
      precision: 18,
      scale: 4,
    });
  });

  it('writes more than one row group, and a valid file without rows', async () => {
    const many = await roundTrip(
      Array.from({ length: 250 }, (_, index): ExportRow => [String(index), null, index, BigInt(index), index / 2]),
      200,
    );
    expect(many.metadata.row_groups.length).toBe(2);
    expect(many.rows).toHaveLength(250);
    expect(many.rows[249]).toMatchObject({ id: '249', orders: 249, score: 124.5 });
    const none = await roundTrip([]);
    expect(none.rows).toEqual([]);
    expect(none.metadata.schema.map(({ name }) => name)).toEqual(['root', 'id', 'at', 'orders', 'net', 'score']);
  });
});
