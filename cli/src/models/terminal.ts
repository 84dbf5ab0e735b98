import cliProgress from 'cli-progress';

/** Where a verb prints: results to `out`, remarks and progress to `err`. */
export interface Terminal {
  readonly out: NodeJS.WritableStream;
  readonly err: NodeJS.WritableStream & { readonly isTTY?: boolean };
}

/** The terminal of this process. */
export const processTerminal = (): Terminal => ({ out: process.stdout, err: process.stderr });

/** Says on standard error what long work is at, where that is a terminal. */
export function sayStage({ err }: Terminal, stage: string): void {
  if (err.isTTY === true) err.write(`${stage} …\n`);
}

/** A bar for long work. */
export interface Progress {
  update(done: number): void;
  stop(): void;
}

const silent: Progress = { update: () => undefined, stop: () => undefined };

/** A bar on standard error where that is a terminal; nothing otherwise, so that logs stay readable. */
export function showProgress({ err }: Terminal, what: string, total: number): Progress {
  if (err.isTTY !== true || total <= 0) return silent;
  const bar = new cliProgress.SingleBar({
    stream: err,
    format: `${what} {bar} {percentage}%  {eta_formatted} left`,
    barsize: 30,
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(total, 0);
  return { update: (done) => bar.update(Math.min(done, total)), stop: () => bar.stop() };
}
