import { createProgram } from '../../cli/src/program.ts';
import { VerbFault } from '../../cli/src/verb-fault.ts';

/** How a verb of the command line ended. */
export interface Ended {
  readonly code: number;
  readonly out: string;
  /** The fault it printed as one line. */
  readonly fault: string | undefined;
}

/** Runs the whole command line in this process. */
export async function runProgram(...args: readonly string[]): Promise<Ended> {
  const written: string[] = [];
  const write = process.stdout.write.bind(process.stdout);
  process.exitCode = 0;
  process.stdout.write = (text: string | Uint8Array) => {
    written.push(text.toString());
    return true;
  };
  let fault: VerbFault | undefined;
  try {
    await createProgram().parseAsync(args, { from: 'user' });
  } catch (error) {
    if (!(error instanceof VerbFault)) throw error;
    fault = error;
  } finally {
    process.stdout.write = write;
  }
  const code = fault?.code ?? Number(process.exitCode ?? 0);
  process.exitCode = 0;
  return { code, out: written.join(''), fault: fault?.message };
}

/** The same with `--json`, parsed. */
export async function runProgramJson<T>(...args: readonly string[]): Promise<{ readonly code: number; readonly json: T }> {
  const { code, out, fault } = await runProgram(...args, '--json');
  if (out === '') throw new Error(`nothing was printed: ${fault}`);
  return { code, json: JSON.parse(out) as T };
}
