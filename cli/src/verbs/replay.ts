import { createKafka, RangeGoneError } from '@tributary/kafka';
import { InvalidArgumentError, type Command } from 'commander';
import { createOutput, table } from '../output.ts';
import { dataDirOption, wholeNumber } from '../program-options.ts';
import { expectIdentityKey } from '../repair/expect-identity-key.ts';
import { liveStages } from '../repair/live-stages.ts';
import { operator } from '../repair/operator.ts';
import type { Bound } from '../replay/replay-ranges.ts';
import { replay, type ReplayReport } from '../replay/replay.ts';
import { findConfig, withDatabase } from '../services/connect.ts';
import { quietLog } from '../services/quiet-log.ts';
import { VerbFault } from '../verb-fault.ts';
import { exitCode } from '../exit-code.ts';
import { moment } from './quarantine-filter.ts';

interface ReplayOptions {
  readonly contract: string;
  readonly from?: Bound;
  readonly to?: Bound;
  readonly partition?: number;
  readonly key?: string;
  readonly group?: string;
  readonly dryRun?: true;
  readonly json?: true;
  readonly dataDir: string;
}

/** `tributary replay`. */
export function registerReplayVerb(program: Command): void {
  program
    .command('replay')
    .description('read a range of records again and give it to the live stages; what was missing is applied, the hub may run')
    .requiredOption('--contract <name>', 'as commerce.payment')
    .option('--from <time|offset>', 'first record: a time (RFC 3339) or an offset', bound)
    .option('--to <time|offset>', 'the record after the last: a time or an offset', bound)
    .option('--partition <n>', 'only this partition', wholeNumber)
    .option('--key <text>', 'only records of this Kafka key')
    .option('--group <name>', 'only this consumer group, as profile')
    .option('--dry-run', 'tell what would be applied; change nothing')
    .option('--json', 'for programs')
    .addOption(dataDirOption('demo'))
    .action((options: ReplayOptions) =>
      withDatabase(options.dataDir, async (database, addresses) => {
        if (addresses.brokers === '') throw new VerbFault('set KAFKA_BROKERS: a replay reads the topics', exitCode.environment);
        const config = findConfig(options.dataDir, addresses);
        await expectIdentityKey(database, config.identityKey);
        const stages = liveStages(config);
        const kafka = createKafka(addresses.brokers.split(','), 'tributary-cli', quietLog);
        const { json, dataDir: _dataDir, dryRun, ...request } = options;
        const ports = { kafka, database, stages, now: () => new Date() };
        const report = await replay(ports, { ...request, dryRun: dryRun === true, actor: operator() }).catch((error: unknown) => {
          throw error instanceof RangeGoneError ? new VerbFault(error.message) : error;
        });
        createOutput(json === true).result(report, () => reportText(report));
        if (report.groups.some((group) => group.fates.failed > 0)) process.exitCode = exitCode.failed;
      }),
    );
}

/** An offset, or a moment. */
function bound(text: string): Bound {
  if (/^\d{1,18}$/.test(text)) return BigInt(text);
  try {
    return moment(text);
  } catch {
    throw new InvalidArgumentError('must be an offset, or RFC 3339, as 2026-03-01T09:30:00Z');
  }
}

function reportText({ dryRun, operation, groups }: ReplayReport): string {
  const lines = [
    dryRun ? 'nothing was changed; this would become of the records:' : `operation ${operation}`,
    table(groups.map(({ group, read, matched, fates, published }) => ({ group, read, matched, ...fates, published }))),
  ];
  const examples = groups.flatMap(({ group, examples: own }) => own.map((example) => ({ group, ...example })));
  if (examples.length > 0) lines.push(table(examples));
  return lines.join('\n');
}
