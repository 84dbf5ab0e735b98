import { readFileSync } from 'node:fs';
import { readJson } from '@tributary/connectors';
import { editQuarantined, redrive, type KeyAction, type RedriveReport } from '@tributary/persistence';
import type { Command } from 'commander';
import { exitCode } from '../exit-code.ts';
import { createOutput, table } from '../output.ts';
import { dataDirOption, wholeNumber } from '../program-options.ts';
import { eventJson } from '../repair/event-json.ts';
import { expectIdentityKey } from '../repair/expect-identity-key.ts';
import { operator } from '../repair/operator.ts';
import { redrivePorts } from '../repair/redrive-ports.ts';
import { findConfig, withDatabase } from '../services/connect.ts';
import { VerbFault } from '../verb-fault.ts';
import { filterOf, moment, rowNumber, withFilter, type FilterOptions } from './quarantine-filter.ts';

interface Shared {
  readonly json?: true;
  readonly dataDir: string;
}
type RedriveOptions = Shared & FilterOptions & { readonly all?: true; readonly dryRun?: true; readonly limit: number };
type EditOptions = Shared & {
  readonly file?: string;
  readonly eventId?: string;
  readonly source?: string;
  readonly time?: Date;
  readonly type?: string;
};

/** `tributary quarantine redrive|discard|edit`. */
export function registerRedriveVerbs(quarantine: Command): void {
  const verbs: readonly (readonly [KeyAction, string])[] = [
    ['redrive', 'send records on their way again, in order, with what waits behind them; the hub may run'],
    ['discard', 'records will never be applied; what waits behind them is'],
  ];
  for (const [action, description] of verbs)
    withFilter(quarantine.command(`${action} [ids...]`))
      .description(description)
      .option('--all', 'everything that is open')
      .option('--dry-run', 'tell what would become of each record and what would be published; change nothing')
      .option('--limit <n>', 'at most so many records', wholeNumber, 10_000)
      .option('--json', 'for programs')
      .addOption(dataDirOption('demo'))
      .action((ids: string[], options: RedriveOptions) => act(action, ids.map(rowNumber), options));
  quarantine
    .command('edit <id>')
    .description('change what the next redrive of a record sends; the original is kept')
    .option('--file <json>', "the whole payload, in the contract's JSON form")
    .option('--event-id <id>', 'another event id')
    .option('--source <name>', 'another source')
    .option('--time <time>', 'another time, RFC 3339', moment)
    .option('--type <contract>', 'contract of a refused request that could not be read')
    .option('--json', 'for programs')
    .addOption(dataDirOption('demo'))
    .action((id: string, options: EditOptions) => edit(rowNumber(id), options));
}

async function act(action: KeyAction, ids: readonly string[], options: RedriveOptions): Promise<void> {
  const filter = filterOf(options, ids);
  if (Object.keys(filter).length === 0 && options.all !== true)
    throw new VerbFault('say which records: ids, --reason, --contract, --group, --source, --key, --from, --to, or --all', exitCode.usage);
  await withDatabase(options.dataDir, async (database, addresses) => {
    const config = findConfig(options.dataDir, addresses);
    await expectIdentityKey(database, config.identityKey);
    const ports = redrivePorts(database, config);
    const request = { filter, action, actor: operator(), dryRun: options.dryRun === true, limit: options.limit };
    const report = await redrive(ports, request);
    createOutput(options.json === true).result({ ...report, events: report.events.map(eventJson) }, () => reportText(report));
    if (ids.length > 0 && report.selected === 0) process.exitCode = exitCode.notFound;
    else if (!report.dryRun && report.quarantine.quarantined + report.quarantine.waiting + report.released.quarantined > 0)
      process.exitCode = exitCode.failed;
  });
}

function reportText(report: RedriveReport): string {
  const { dryRun, operation, selected, quarantine, released, waiting, published, records, events } = report;
  const counts = [
    { what: 'failed', ...quarantine },
    { what: 'waited', ...released },
  ];
  const lines = [
    dryRun ? `${selected} chosen; nothing was changed. This would become of them:` : `${selected} chosen, operation ${operation}`,
    table(counts),
    `${waiting} wait still, ${published} events ${dryRun ? 'would be ' : ''}published`,
  ];
  const failing = records.filter((record) => record.fate === 'quarantined');
  const named = dryRun ? records : failing;
  if (named.length > 0)
    lines.push(
      table(
        named.map(({ id, topic, partition, offset, fate, faults }) => ({
          id,
          topic,
          partition,
          offset,
          fate,
          why: (faults ?? []).map(({ field, reason, detail }) => `${reason} ${field} ${detail}`.trim()).join('; '),
        })),
      ),
    );
  if (dryRun && events.length > 0) lines.push(table(events.map(({ topic, key, type, id }) => ({ topic, key, type, id }))));
  return lines.join('\n');
}

async function edit(id: string, options: EditOptions): Promise<void> {
  const { file, eventId, source, time, type } = options;
  const data = file === undefined ? undefined : readPayload(file);
  await withDatabase(options.dataDir, async (database) => {
    const outcome = await editQuarantined(database, operator(), BigInt(id), {
      ...(data === undefined ? {} : { data: data.json }),
      ...(eventId === undefined ? {} : { id: eventId }),
      ...(source === undefined ? {} : { source }),
      ...(time === undefined ? {} : { time: time.toISOString() }),
      ...(type === undefined ? {} : { type }),
    });
    if (outcome.kind === 'not-found') throw new VerbFault(`no quarantined record has the id ${id}`, exitCode.notFound);
    if (outcome.kind === 'settled') throw new VerbFault(`record ${id} is ${outcome.status} already`);
    createOutput(options.json === true).result({ id, ...outcome }, () =>
      outcome.kind === 'edited'
        ? `record ${id} is edited (operation ${outcome.operation}); redrive it with: tributary quarantine redrive ${id}`
        : outcome.faults.map(({ field, reason, detail }) => `${field === '' ? 'the record' : field}: ${reason}, ${detail}`).join('\n'),
    );
    if (outcome.kind === 'refused') process.exitCode = exitCode.failed;
  });
}

function readPayload(file: string): { readonly json: unknown } {
  let bytes: Buffer;
  try {
    bytes = readFileSync(file);
  } catch (error) {
    throw new VerbFault(`${file} cannot be read: ${(error as NodeJS.ErrnoException).code}`, exitCode.notFound);
  }
  const read = readJson(bytes);
  if (!read.ok) throw new VerbFault(`${file}: ${read.faults.map(({ field, detail }) => `${field} ${detail}`.trim()).join('; ')}`);
  return { json: read.value.value };
}
