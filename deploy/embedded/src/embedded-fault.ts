/** The closed list of reasons for which the embedded services do not start. */
export type EmbeddedFaultCode =
  | 'platform-unsupported'
  | 'java-missing'
  | 'java-too-old'
  | 'maven-missing'
  | 'download-failed'
  | 'postgres-missing'
  | 'postgres-user-missing'
  | 'redis-missing'
  | 'port-busy'
  | 'disk-full'
  | 'data-folder-unwritable'
  | 'data-folder-in-use'
  | 'data-folder-damaged'
  | 'leftover-stuck'
  | 'service-died'
  | 'service-slow'
  | 'not-built';

/**
 * Why the embedded services did not start: `message` is one line that says what is wrong, `cure` one line that says what to do.
 * `logFile` and `logTail` are there when a process of ours said more than fits a line.
 */
export class EmbeddedFault extends Error {
  override readonly name = 'EmbeddedFault';
  readonly logFile: string | undefined;
  readonly logTail: readonly string[];

  constructor(
    readonly code: EmbeddedFaultCode,
    message: string,
    readonly cure: string,
    detail: { logFile?: string; logTail?: readonly string[]; cause?: unknown } = {},
  ) {
    super(message, detail.cause === undefined ? undefined : { cause: detail.cause });
    this.logFile = detail.logFile;
    this.logTail = detail.logTail ?? [];
  }
}
