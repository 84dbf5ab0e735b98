import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';

/** A Python process that answers one JSON line for each JSON line it is asked, one at a time, so that the two sides of a pair never run at once. */
export interface PythonPeer {
  /** What the process said of itself when it started. */
  readonly versions: Readonly<Record<string, string>>;
  /** Throws where the process ends instead of answering. */
  readonly ask: <T>(request: object) => Promise<T>;
  readonly close: () => Promise<void>;
}

/** Starts `script` and waits for its first line. */
export async function startPythonPeer(python: string, script: string): Promise<PythonPeer> {
  const child = spawn(python, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  const ended = new Promise<string>((resolve) => {
    child.on('error', ({ message }) => resolve(message));
    child.on('close', (code, signal) => resolve(`ended with ${code ?? signal}`));
  });
  // A request to a process that has gone is told of by the answer that does not come.
  child.stdin.on('error', () => child.stdin.destroy());
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const next = async <T>(): Promise<T> => {
    const { value, done } = await lines.next();
    if (done) throw new Error(`${script}: ${await ended}`);
    return JSON.parse(value) as T;
  };
  return {
    versions: await next<Record<string, string>>(),
    ask: async (request) => {
      child.stdin.write(`${JSON.stringify(request)}\n`);
      return next();
    },
    close: async () => {
      child.stdin.end();
      await ended;
    },
  };
}
