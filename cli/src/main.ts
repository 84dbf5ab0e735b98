import { EmbeddedFault } from '@tributary/embedded';
import { JobsFault } from '@tributary/jobs';
import { ConfigFault } from '@tributary/runtime';
import { CommanderError } from 'commander';
import { exitCode } from './exit-code.ts';
import { createProgram } from './program.ts';
import { VerbFault } from './verb-fault.ts';

try {
  await createProgram().parseAsync(process.argv);
} catch (error) {
  process.exitCode = report(error);
}

/** One clear line for what a person can mend; a stack only for what is our own fault. */
function report(error: unknown): number {
  const line = (text: string): void => void process.stderr.write(`tributary: ${text}\n`);
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCode.ok : exitCode.usage;
  if (error instanceof EmbeddedFault) {
    line(`${error.message} ${error.cure}`);
    return exitCode.environment;
  }
  if (error instanceof ConfigFault || error instanceof JobsFault) {
    line(error.message);
    return exitCode.environment;
  }
  if (error instanceof VerbFault) {
    line(error.message);
    return error.code;
  }
  const code = (error as { code?: string }).code;
  if (code === 'ENOSPC') {
    line('the disk is full: free some space, or give another folder with --data-dir');
    return exitCode.environment;
  }
  if (code === 'EADDRINUSE') {
    line(`port ${(error as { port?: number }).port ?? ''} is in use: stop what holds it, or give another first port with --port`);
    return exitCode.environment;
  }
  if (code === 'ECONNREFUSED' || code === '28P01' || code === '3D000') {
    line(
      `a service does not answer: ${(error as Error).message}. Is the hub running? Addresses come from KAFKA_BROKERS, DATABASE_URL and REDIS_URL`,
    );
    return exitCode.environment;
  }
  process.stderr.write(`tributary: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`);
  return exitCode.failed;
}
