import { AMOUNT_SCALE, formatDecimal } from '@tributary/contracts';
import type { Cell } from './profile-columns.ts';

/** Characters that make a spreadsheet take a cell for a formula when it begins with one of them. */
const FORMULA = /^[=+\-@\t\r\0]/;

/**
 * One line of CSV (RFC 4180, CRLF). Text that a spreadsheet would run as a formula gets an apostrophe in front (OWASP ASVS 5.0, 1.2.10); numbers
 * and money are the hub's own and stay as they are, so that a negative net value remains a number.
 */
export function csvLine(cells: readonly Cell[]): string {
  return `${cells.map(csvCell).join(',')}\r\n`;
}

function csvCell(cell: Cell): string {
  if (cell === null) return '';
  if (typeof cell === 'bigint') return formatDecimal(cell, AMOUNT_SCALE, 2);
  if (typeof cell === 'number') return String(cell);
  if (cell instanceof Date) return cell.toISOString();
  const text = FORMULA.test(cell) ? `'${cell}` : cell;
  return /[",\r\n]/.test(text) || text !== text.trim() ? `"${text.replaceAll('"', '""')}"` : text;
}
