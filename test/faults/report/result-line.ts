import { isPass, type Cell, type CellResult } from '../cell.ts';

/** One line of the table on the terminal; a second one says why a cell failed. */
export function resultLine(cell: Cell, result: CellResult, seconds: number): string {
  const figures = [
    `lost ${result.lost}`,
    `doubled ${result.doubled}`,
    `order ${result.orderKept ? 'kept' : 'BROKEN'}`,
    `recovered in ${result.recoverySeconds ?? '–'} s`,
  ].join(', ');
  const line = `${isPass(result) ? 'ok    ' : 'FAILED'} ${cell.id.padEnd(5)} ${figures} (${seconds.toFixed(1)} s)  ${cell.fault}\n`;
  return isPass(result) ? line : `${line}       ${result.why}\n`;
}
