/** Another owner has moved the offset of a partition: what this process held is void and was rolled back. */
export class FencedError extends Error {
  constructor(readonly partitions: readonly string[]) {
    super(`another owner moved the offset of ${partitions.join(', ')}`);
    this.name = 'FencedError';
  }
}

/** Two transactions met on the same rows; trying again gives the answer. */
export class ContentionError extends Error {
  override name = 'ContentionError';
}

/** How a failed transaction is to be treated. */
export type FailureKind = 'fenced' | 'contention' | 'infrastructure' | 'data';

const CONTENTION = new Set(['40001', '40P01', '23505', '55P03']);

/**
 * The one place that decides what may be retried. SQLSTATE classes 08, 53, 57, 58, XX and socket errors are infrastructure (wait, try
 * again); serialization failures, deadlocks, lock timeouts and racing inserts are contention (try again at once); everything else is
 * the fault of a record (bisect, quarantine).
 */
export function failureKind(error: unknown): FailureKind {
  if (error instanceof FencedError) return 'fenced';
  if (error instanceof ContentionError) return 'contention';
  const code = (error as { code?: unknown } | null)?.code;
  if (typeof code === 'string') {
    if (CONTENTION.has(code)) return 'contention';
    if (/^(08|53|57|58|XX|25)/.test(code) && code.length === 5) return 'infrastructure';
    if (/^E[A-Z]+$/.test(code)) return 'infrastructure';
  }
  const message = error instanceof Error ? error.message : '';
  if (
    /connection terminated|timeout exceeded when trying to connect|Client has encountered a connection error|Connection terminated/i.test(
      message,
    )
  )
    return 'infrastructure';
  return 'data';
}
