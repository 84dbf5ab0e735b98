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

/** So much waits behind failed records of a partition that it is an outage and no bad record: it stands still until a person has looked. */
export class HaltError extends Error {
  override name = 'HaltError';

  constructor(
    readonly topic: string,
    readonly partition: number,
    readonly reason: string,
  ) {
    super(`${topic}/${partition} must stand still: ${reason}`);
  }
}

/** How a failed transaction is to be treated. */
export type FailureKind = 'fenced' | 'contention' | 'halt' | 'infrastructure' | 'data';

const CONTENTION = new Set(['40001', '40P01', '23505', '55P03']);

/** SQLSTATE classes that a record's own content causes: cardinality, data exception, integrity, program limits, raised by SQL, check option. */
const DATA = /^(21|22|23|44|54|P0)/;
const SOCKET = /^(E(?!RR_)[A-Z_]+|ERR_(SOCKET|STREAM|TLS|SSL|NET)[A-Z_]*)$/;
const BROKEN =
  /connection terminated|timeout exceeded when trying to connect|connection error|is not queryable|query read timeout|after calling end on the pool/i;

/**
 * The one place that decides what may be retried. Serialization failures, deadlocks, lock timeouts and racing inserts are contention (try
 * again at once); SQLSTATE classes that follow from what a record holds, and errors of the fold itself, are the fault of a record (bisect,
 * quarantine); every other SQLSTATE (a missing table, a missing partition, no rights, a full disk, a server that stops) and socket errors
 * are infrastructure (wait, try again), since no record is to blame for them.
 */
export function failureKind(error: unknown): FailureKind {
  if (error instanceof FencedError) return 'fenced';
  if (error instanceof ContentionError) return 'contention';
  if (error instanceof HaltError) return 'halt';
  const { code, routine } = (error ?? {}) as { code?: unknown; routine?: unknown };
  if (typeof code === 'string') {
    if (CONTENTION.has(code)) return 'contention';
    if (/^[0-9A-Z]{5}$/.test(code) && !/^E[A-Z]{4}$/.test(code))
      // A row that no partition takes is reported as a check violation, but the partition is what is missing.
      return DATA.test(code) && routine !== 'ExecFindPartition' ? 'data' : 'infrastructure';
    if (SOCKET.test(code)) return 'infrastructure';
  }
  return error instanceof Error && BROKEN.test(error.message) ? 'infrastructure' : 'data';
}
