import { UnrecoverableError } from 'bullmq';

/** Why the job machinery refuses. */
export type JobsFaultCode = 'unreachable' | 'eviction-policy' | 'unknown-task' | 'bad-id' | 'thread-failed' | 'closed';

/** Broken or misconfigured machinery of jobs; `cure` says in one sentence what helps. */
export class JobsFault extends Error {
  override readonly name = 'JobsFault';

  constructor(
    readonly code: JobsFaultCode,
    message: string,
    readonly cure: string,
    options: { readonly cause?: unknown } = {},
  ) {
    super(message, options);
  }
}

/**
 * A failure that trying again cannot cure: the job is failed at once, whatever attempts it has left. Every other error is retried on the
 * job's schedule. The class decides, not the message, and this is the only place that decides.
 */
export class PermanentFailure extends UnrecoverableError {
  override readonly name = 'PermanentFailure';
}
