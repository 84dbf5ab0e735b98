import type { ReactNode } from 'react';

/** A column: how its heading reads and what stands in it. Numbers stand at the right. */
export interface Column<Row> {
  readonly key: string;
  readonly title: string;
  readonly numeric?: boolean;
  readonly cell: (row: Row) => ReactNode;
}

interface TableProps<Row> {
  /** Read out for the table; not shown. */
  readonly caption: string;
  readonly columns: readonly Column<Row>[];
  readonly rows: readonly Row[];
  readonly rowKey: (row: Row) => string;
  /** Shown below a row that is open. */
  readonly detail?: (row: Row) => ReactNode;
}

/** A table that scrolls sideways by itself on a narrow screen, also with the keyboard. */
export function Table<Row>({ caption, columns, rows, rowKey, detail }: TableProps<Row>): ReactNode {
  return (
    <div className="table" role="region" aria-label={caption} tabIndex={0}>
      <table>
        <caption className="unseen">{caption}</caption>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.key} scope="col" className={column.numeric === true ? 'num' : undefined}>
                {column.title}
              </th>
            ))}
          </tr>
        </thead>
        {rows.map((row) => {
          const below = detail?.(row);
          return (
            <tbody key={rowKey(row)}>
              <tr>
                {columns.map((column) => (
                  <td key={column.key} className={column.numeric === true ? 'num' : undefined}>
                    {column.cell(row)}
                  </td>
                ))}
              </tr>
              {below !== undefined && below !== null && (
                <tr className="detail">
                  <td colSpan={columns.length}>{below}</td>
                </tr>
              )}
            </tbody>
          );
        })}
      </table>
    </div>
  );
}
