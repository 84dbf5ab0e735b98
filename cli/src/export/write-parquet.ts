import { fileWriter, parquetWriteRows } from 'hyparquet-writer';
import type { SchemaElement } from 'hyparquet';
import type { ColumnKind, ExportColumn, ExportRow } from './profile-columns.ts';

const elements: Readonly<Record<ColumnKind, Omit<SchemaElement, 'name'>>> = {
  text: { type: 'BYTE_ARRAY', converted_type: 'UTF8' },
  time: { type: 'INT64', converted_type: 'TIMESTAMP_MILLIS' },
  count: { type: 'INT32' },
  // 18 digits of which 4 are places: what 64 bits hold, exactly.
  money: { type: 'INT64', converted_type: 'DECIMAL', precision: 18, scale: 4 },
  number: { type: 'DOUBLE' },
};

/** Rows held in memory for one row group. */
const ROW_GROUP = 20_000;

/**
 * Writes rows to a Parquet file, a row group at a time. Money is DECIMAL(18, 4), exact. Every column may be empty.
 * @param rowGroup rows of a group.
 */
export async function writeParquet(
  path: string,
  columns: readonly ExportColumn[],
  rows: AsyncIterable<ExportRow>,
  rowGroup = ROW_GROUP,
): Promise<void> {
  const schema: SchemaElement[] = [
    { name: 'root', num_children: columns.length },
    ...columns.map(({ name, kind }): SchemaElement => ({ name, repetition_type: 'OPTIONAL', ...elements[kind] })),
  ];
  await parquetWriteRows({
    writer: fileWriter(path),
    rows: records(columns, rows),
    columns: columns.map(({ name }) => ({ name })),
    schema,
    rowGroupSize: rowGroup,
  });
}

async function* records(columns: readonly ExportColumn[], rows: AsyncIterable<ExportRow>): AsyncGenerator<Record<string, unknown>> {
  for await (const row of rows) yield Object.fromEntries(columns.map(({ name }, index) => [name, row[index]]));
}
