import { EmbeddedFault } from './embedded-fault.ts';
import { runCommand } from './run-command.ts';

const CURE = 'install Java 17 or newer so that `java` is on the PATH, or point KAFKA_BROKERS at a Kafka of your own';

/** Checks that `java` is there and is 17 or newer (what Kafka 4 needs); answers its major version. */
export async function requireJava(command = 'java'): Promise<number> {
  const outcome = await runCommand(command, ['-version']);
  const major = outcome.kind === 'ended' && outcome.code === 0 ? javaMajor(outcome.output) : undefined;
  if (major === undefined) throw new EmbeddedFault('java-missing', 'Java is needed to run Kafka and was not found', CURE);
  if (major < 17) throw new EmbeddedFault('java-too-old', `Java ${major} is too old to run Kafka 4, which needs Java 17`, CURE);
  return major;
}

/** The major version in the output of `java -version`; before Java 9 it was the second number ("1.8.0"). */
export function javaMajor(output: string): number | undefined {
  const found = /version "(\d+)(?:\.(\d+))?/.exec(output);
  if (found === null) return undefined;
  return Number(found[1] === '1' ? found[2] : found[1]);
}
