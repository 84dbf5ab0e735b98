/** One thing to close, by name. */
export interface Closer {
  readonly name: string;
  readonly close: () => unknown;
}

/** How a shutdown went: which closers failed, and which had not ended at the deadline. */
export interface ShutdownReport {
  readonly clean: boolean;
  readonly failed: readonly { readonly name: string; readonly error: unknown }[];
  readonly unfinished: readonly string[];
}

/**
 * Closes one after the other, in the order given (first what takes work in, last what it rests on). A closer that fails does not keep
 * the next from closing. Returns at the deadline at the latest, naming what has not ended; the caller then exits with a code of its own.
 * @param deadlineMs for all together.
 */
export async function gracefulShutdown(closers: readonly Closer[], deadlineMs: number): Promise<ShutdownReport> {
  const failed: { name: string; error: unknown }[] = [];
  const open = closers.map(({ name }) => name);
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise<void>((resolve) => {
    timer = setTimeout(resolve, deadlineMs);
  });
  let late = false;
  const closing = async (): Promise<void> => {
    for (const { name, close } of closers) {
      try {
        await close();
      } catch (error) {
        failed.push({ name, error });
      }
      if (late) return;
      open.shift();
    }
  };
  await Promise.race([closing(), deadline]);
  late = true;
  clearTimeout(timer);
  return { clean: failed.length === 0 && open.length === 0, failed, unfinished: [...open] };
}
