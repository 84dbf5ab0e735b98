import { readShadow, rangesToLive, LIVE_GROUP, SHADOW_GROUP, type ShadowState } from '@tributary/app-profile';
import { createKafka } from '@tributary/kafka';
import { Database, storedOffsets } from '@tributary/persistence';
import { Option, type Command } from 'commander';
import { exitCode } from '../exit-code.ts';
import { createOutput } from '../output.ts';
import { dataDirOption, wholeNumber } from '../program-options.ts';
import { operator } from '../repair/operator.ts';
import { differenceText } from '../rebuild/difference-text.ts';
import { discard, goOn, rebuild, type RebuildReport, type RebuildServices, type Then } from '../rebuild/rebuild.ts';
import type { RebuildRange } from '../rebuild/plan-rebuild.ts';
import { findAddresses, findConfig } from '../services/connect.ts';
import { quietLog } from '../services/quiet-log.ts';
import { VerbFault } from '../verb-fault.ts';

interface Shared {
  readonly json?: true;
  readonly dataDir: string;
}
interface Compared extends Shared {
  readonly examples: number;
}
interface Asked extends Compared, RebuildRange {
  readonly swap?: true;
  readonly discard?: true;
}

/** A comparison or the replacement of a large table takes as long as it takes, milliseconds. */
const STATEMENT_MS = 3_600_000;
const PROGRESS_MS = 1_000;

/** `tributary rebuild`, `rebuild status|diff|swap|discard`. */
export function registerRebuildVerb(program: Command): void {
  const verb = program
    .command('rebuild')
    .description('replay the topics into a second set of profiles, show what differs from live, then keep, swap or discard it')
    .option('--from <time>', 'begin with a copy of live and replay from here on (time of arrival)')
    .option('--to <time>', 'end the replay here')
    .option('--contract <name...>', 'replay only these, over a copy of live')
    .addOption(new Option('--swap', 'make live what the topics say').conflicts('discard'))
    .addOption(new Option('--discard', 'remove the second set after the comparison'));
  compared(verb).action((options: Asked) => {
    const then: Then = options.swap ? 'swap' : options.discard ? 'discard' : 'keep';
    return withServices(options, (services) => rebuild(services, options, then, options.examples));
  });
  compared(verb.command('diff').description('bring the second set level with live and compare again')).action(
    (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Compared>();
      return withServices(options, (services) => goOn(services, 'keep', options.examples));
    },
  );
  compared(verb.command('swap').description('bring the second set level with live and make live what it is')).action(
    (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Compared>();
      return withServices(options, (services) => goOn(services, 'swap', options.examples));
    },
  );
  shared(verb.command('status').description('whether there is a second set, of what range, and how far it is')).action(
    (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Shared>();
      return withPool(options, async (database) => {
        const state = await readShadow(database);
        const behind = state === undefined ? 0n : await lag(database, state);
        createOutput(options.json === true).result(state === undefined ? null : { ...state, behind }, () =>
          state === undefined
            ? 'no shadow'
            : `shadow ${state.plan.id} of ${rangeText(state)}, begun ${state.startedAt.toISOString()}, ${behind} records behind`,
        );
      });
    },
  );
  shared(verb.command('discard').description('remove the second set, and the rows that the last swap set aside')).action(
    (_: unknown, command: Command) => {
      const options = command.optsWithGlobals<Shared>();
      return withPool(options, async (database) => {
        const id = await discard(database, operator());
        createOutput(options.json === true).result({ discarded: id }, () =>
          id === null ? 'no shadow; rows set aside by a swap are removed' : `shadow ${id} is removed`,
        );
      });
    },
  );
}

const shared = (command: Command): Command => command.option('--json', 'for programs').addOption(dataDirOption('demo'));
const compared = (command: Command): Command => shared(command).option('--examples <n>', 'at most so many of each kind', wholeNumber, 5);

async function lag(database: Database, { plan }: ShadowState): Promise<bigint> {
  const ranges = rangesToLive(await storedOffsets(database, LIVE_GROUP), await storedOffsets(database, SHADOW_GROUP), plan);
  return ranges.reduce((sum, range) => sum + range.to - range.from, 0n);
}

function rangeText({ plan }: ShadowState): string {
  const parts = [
    plan.from === null ? '' : `from ${plan.from}`,
    plan.to === null ? '' : `to ${plan.to}`,
    plan.contracts === null ? '' : `of ${plan.contracts.join(', ')}`,
  ].filter(Boolean);
  return parts.length === 0 ? 'everything' : parts.join(' ');
}

async function withPool(options: Shared, work: (database: Database) => Promise<void>): Promise<void> {
  const { databaseUrl } = findAddresses(options.dataDir);
  const database = new Database({ url: databaseUrl, max: 8, applicationName: 'tributary rebuild', statementTimeout: STATEMENT_MS });
  try {
    await work(database);
  } finally {
    await database.close();
  }
}

async function withServices(options: Compared, work: (services: RebuildServices) => Promise<RebuildReport>): Promise<void> {
  const addresses = findAddresses(options.dataDir);
  if (addresses.brokers === '') throw new VerbFault('set KAFKA_BROKERS: a rebuild reads the topics', exitCode.environment);
  const kafka = createKafka(addresses.brokers.split(','), 'tributary-rebuild', quietLog);
  const { identityKey } = findConfig(options.dataDir, addresses);
  const output = createOutput(options.json === true);
  let shown = 0;
  await withPool(options, async (database) => {
    const onProgress = (done: number, of: number): void => {
      const now = performance.now();
      if (now - shown < PROGRESS_MS || of === 0) return;
      shown = now;
      output.line(`replayed ${done} of ${of} records`);
    };
    const report = await work({ kafka, database, identityKey, log: quietLog, actor: operator(), onProgress });
    output.result(report, () => reportText(report));
    if (report.then !== 'swapped' && !report.difference.equal) process.exitCode = exitCode.failed;
  });
}

function reportText(report: RebuildReport): string {
  const { swapped } = report;
  const ends = {
    kept: 'the shadow is kept: tributary rebuild swap, or discard',
    discarded: 'the shadow is removed',
    swapped:
      swapped === null
        ? 'nothing to swap; the shadow is removed'
        : `swapped: ${swapped.published} profiles published, ${swapped.ended} ended, ${swapped.identityChanges} identity changes, ${swapped.corrections} corrections; ${swapped.retired} replaced rows are set aside in profile_retired`,
  };
  return [
    `${report.resumed ? 'went on: ' : ''}${report.replayed} records replayed in ${report.seconds} s`,
    '',
    differenceText(report.difference),
    ends[report.then],
  ].join('\n');
}
