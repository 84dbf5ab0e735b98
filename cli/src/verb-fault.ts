import { exitCode } from './exit-code.ts';

/** A verb cannot do what was asked, and why; printed as one line, no stack. */
export class VerbFault extends Error {
  override name = 'VerbFault';

  constructor(
    message: string,
    readonly code: number = exitCode.failed,
  ) {
    super(message);
  }
}
