import { join } from 'node:path';
import type { Cell, CellResult } from './cell.ts';
import { CannotRun } from './cannot-run.ts';
import { countCopies } from './oracle/count-copies.ts';
import { expect } from './oracle/expect.ts';
import { judgeInsight } from './oracle/judge-insight.ts';
import { judgeState } from './oracle/judge-state.ts';
import { judgeWire } from './oracle/judge-wire.ts';
import { CellRig } from './rig/cell-rig.ts';
import { History } from './rig/history.ts';
import type { Mutant } from './mutants/mutant.ts';
import type { Stack } from './rig/stack.ts';

/** How a cell is run. */
export interface CellRun {
  readonly mutant?: Mutant;
  /** Milliseconds after the end of the fault until the cell is judged as it stands. */
  readonly limitMs?: number;
}

/** Runs one cell on a fresh rig and judges it by the oracle. */
export async function runCell(stack: Stack, cell: Cell, { mutant, limitMs = 90_000 }: CellRun = {}): Promise<CellResult> {
  const name = mutant === undefined ? cell.id : `${cell.id} ${mutant.name}`;
  const history = new History(join(stack.folder, 'history', `${name}.jsonl`));
  const failed = (why: string): CellResult => ({
    id: cell.id,
    ran: true,
    why,
    lost: 0,
    doubled: 0,
    orderKept: true,
    recoverySeconds: null,
    violations: [],
    crashed: false,
  });
  const stumbles: string[] = [];
  /** A mutant must be caught by what it leaves behind: where it makes a cell stumble, what is there is judged all the same. */
  const attempt = async (work: () => Promise<void>): Promise<void> => {
    try {
      await work();
    } catch (error) {
      if (mutant === undefined || error instanceof CannotRun) throw error;
      const message = error instanceof Error ? error.message : String(error);
      history.note('stumbled', { message });
      stumbles.push(message);
    }
  };
  const rig = await CellRig.open(stack, cell.id, history, mutant);
  try {
    await attempt(() => cell.run(rig));
    const missing = await rig.settled(limitMs);
    await attempt(async () => cell.afterwards?.(rig));
    const expected = expect(rig.facts);
    const copies = rig.senderUnsure ? await countCopies(rig.kafka) : new Map<number, number>();
    if (copies.size > 0) history.note('facts that the sender sent again', { count: copies.size });
    const state = await judgeState(rig.database, rig.facts, expected, { repeated: rig.tally.repeated, copies });
    const insight = rig.runs('insight') ? await judgeInsight(rig.database, expected) : undefined;
    const wire = await judgeWire(rig.kafka, rig.database, expected, rig.commitsLost);
    const recoverySeconds = rig.recoverySeconds ?? null;
    const crashed = rig.processes.filter((process) => process.crashed && !rig.supervised);
    const violations = [...rig.findings, ...state.faults, ...(insight?.faults ?? []), ...wire.faults];
    const faults = [
      ...stumbles,
      ...(missing === undefined ? [] : [`not settled: ${JSON.stringify(missing)}`]),
      ...crashed.map((process) => `process ${process.name} ended unasked`),
      ...violations,
      // A mutant must be caught by what it does, not by the clock of a busy machine.
      ...(mutant === undefined && recoverySeconds !== null && recoverySeconds > cell.recovery + rig.startSeconds
        ? [`recovered after ${recoverySeconds} s, at most ${cell.recovery} s and ${rig.startSeconds.toFixed(1)} s for starting are allowed`]
        : []),
    ];
    const result: CellResult = {
      id: cell.id,
      ran: true,
      why: faults.join('; '),
      lost: state.lost + wire.lost + (insight?.lost ?? 0) + rig.tally.lost,
      doubled: state.doubled + wire.doubled + (insight?.doubled ?? 0) + rig.tally.doubled,
      orderKept: state.orderKept && wire.orderKept && rig.tally.orderKept,
      recoverySeconds,
      violations,
      crashed: crashed.length > 0,
    };
    history.note('judged', { ...result, wireDuplicates: wire.wireDuplicates });
    return result;
  } catch (error) {
    if (error instanceof CannotRun) return { ...failed(error.message), ran: false };
    history.note('failed', { error: error instanceof Error ? error.stack : String(error) });
    return failed(error instanceof Error ? error.message : String(error));
  } finally {
    await rig.close();
  }
}
