import type { CellRig } from './rig/cell-rig.ts';

/** One cell of the fault matrix. */
export interface Cell {
  /** `F09`; a cell done in several ways has a letter: `F24a`. */
  readonly id: string;
  readonly component: string;
  /** The fault, in the matrix's words. */
  readonly fault: string;
  /** How it is made here. */
  readonly how: string;
  /** Part of `npm test`. */
  readonly fast?: boolean;
  /** Seconds from the end of the fault within which everything must be in, beside what starting a process takes. */
  readonly recovery: number;
  /** Makes the fault, calls `rig.faultOver()`, and returns; the runner then waits and judges. Throws when something else than expected happened. */
  run(rig: CellRig): Promise<void>;
  /** Looks at what only this cell can tell, when everything is in; says what it finds by `rig.demand`. */
  afterwards?(rig: CellRig): Promise<void>;
}

/** A cell that this machine, or this product, cannot carry. */
export interface LeftOut {
  readonly id: string;
  readonly component: string;
  readonly fault: string;
  readonly why: string;
}

/** What came of a cell. */
export interface CellResult {
  readonly id: string;
  readonly ran: boolean;
  /** Why it did not run, or what failed; empty when all is well. */
  readonly why: string;
  readonly lost: number;
  readonly doubled: number;
  readonly orderKept: boolean;
  readonly recoverySeconds: number | null;
  /** What the oracle, and the cell's own demands, found wrong; part of `why`, without crashes, waits that ran out and stumbles of the rig. */
  readonly violations: readonly string[];
  /** Whether a process ended though nobody asked it to and nobody starts it again: what is missing then may only not have been done yet. */
  readonly crashed: boolean;
}

/** Whether the result is what the matrix demands. */
export const isPass = (result: CellResult): boolean =>
  !result.ran || (result.why === '' && result.lost === 0 && result.doubled === 0 && result.orderKept);
