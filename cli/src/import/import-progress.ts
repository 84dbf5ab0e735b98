import cliProgress from 'cli-progress';

/** A bar on the terminal that shows how much of a file was read. */
export interface ImportProgress {
  update(bytesRead: number, rows: number, events: number): void;
  stop(): void;
}

const silent: ImportProgress = { update: () => undefined, stop: () => undefined };

/** A bar on standard error, where that is a terminal; nothing otherwise, so that logs stay readable. */
export function showImportProgress(wanted: boolean, fileBytes: number): ImportProgress {
  if (!wanted || !process.stderr.isTTY) return silent;
  const bar = new cliProgress.SingleBar({
    stream: process.stderr,
    format: '{bar} {percentage}%  {rows} rows  {events} events  {eta_formatted} left',
    barsize: 30,
    hideCursor: true,
    clearOnComplete: true,
  });
  bar.start(fileBytes, 0, { rows: 0, events: 0 });
  return {
    update: (bytesRead, rows, events) => bar.update(Math.min(bytesRead, fileBytes), { rows, events }),
    stop: () => bar.stop(),
  };
}
