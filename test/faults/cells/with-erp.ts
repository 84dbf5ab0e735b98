import type { Cell } from '../cell.ts';
import { ErpCell } from '../rig/erp-cell.ts';
import type { CellRig } from '../rig/cell-rig.ts';

/** A cell with an ERP, by which it is judged too. */
export function withErp(run: (rig: CellRig, cell: ErpCell) => Promise<void>): Pick<Cell, 'run' | 'afterwards'> {
  const cells = new WeakMap<CellRig, ErpCell>();
  return {
    async run(rig) {
      const cell = await ErpCell.open(rig);
      cells.set(rig, cell);
      await run(rig, cell);
    },
    async afterwards(rig) {
      await cells.get(rig)?.judge();
    },
  };
}
