import { createKafka } from '@tributary/kafka';
import { auditBooks, listOperations, type BooksAudit } from '@tributary/persistence';
import type { Command } from 'commander';
import { auditTopics, type TopicsAudit } from '../audit/audit-topics.ts';
import { exitCode } from '../exit-code.ts';
import { createOutput, table } from '../output.ts';
import { dataDirOption, wholeNumber } from '../program-options.ts';
import { withDatabase } from '../services/connect.ts';
import { quietLog } from '../services/quiet-log.ts';
import { VerbFault } from '../verb-fault.ts';

interface AuditOptions {
  readonly topics?: true;
  readonly operations?: true;
  readonly limit: number;
  readonly json?: true;
  readonly dataDir: string;
}

/** The outbox of a busy week is counted through. */
const STATEMENT_TIMEOUT = 600_000;

/** `tributary audit`. */
export function registerAuditVerb(program: Command): void {
  program
    .command('audit')
    .description('whether everything consumed is accounted for and everything published is in order; exit 1 when not')
    .option('--topics', 'also read the topics and compare them with the outbox')
    .option('--operations', 'instead, who redrove, discarded, edited and replayed what')
    .option('--limit <n>', 'at most so many operations', wholeNumber, 50)
    .option('--json', 'for programs')
    .addOption(dataDirOption('demo'))
    .action((options: AuditOptions) => (options.operations === true ? showOperations(options) : audit(options)));
}

async function audit(options: AuditOptions): Promise<void> {
  await withDatabase(
    options.dataDir,
    async (database, { brokers }) => {
      if (options.topics === true && brokers === '')
        throw new VerbFault('set KAFKA_BROKERS: --topics reads the topics', exitCode.environment);
      const books = await auditBooks(database);
      const topics =
        options.topics === true ? await auditTopics(createKafka(brokers.split(','), 'tributary-cli', quietLog), database) : undefined;
      const balanced = books.balanced && (topics?.faults.length ?? 0) === 0;
      createOutput(options.json === true).result(
        {
          ...books,
          balanced,
          faults: [...books.faults, ...(topics?.faults ?? [])],
          ...(topics === undefined ? {} : { topics: topics.topics }),
        },
        () => auditText(books, topics, balanced),
      );
      if (!balanced) process.exitCode = exitCode.failed;
    },
    STATEMENT_TIMEOUT,
  );
}

function auditText({ partitions, parked, outbox, faults }: BooksAudit, topics: TopicsAudit | undefined, balanced: boolean): string {
  const time = (date: Date | null): string => (date === null ? '' : `, the oldest since ${date.toISOString()}`);
  const lines = [
    table(
      partitions.map(({ group, topic, partition, consumed, applied, duplicate, stale, parked: waiting, quarantined, accounted }) => ({
        group,
        topic,
        partition,
        consumed,
        applied,
        duplicate,
        stale,
        parked: waiting,
        quarantined,
        balanced: consumed === accounted,
      })),
    ),
    `parked: ${parked.records} records behind ${parked.keys} keys${time(parked.oldest)}`,
    `outbox: ${outbox.rows} rows, ${outbox.unsent} to be published, ${outbox.held} held back${time(outbox.oldestUnsent)}`,
  ];
  if (topics !== undefined) lines.push(table(topics.topics.map((row) => ({ ...row }))));
  for (const { check, detail } of [...faults, ...(topics?.faults ?? [])]) lines.push(`${check}: ${detail}`);
  lines.push(balanced ? 'everything adds up' : 'IT DOES NOT ADD UP');
  return lines.join('\n');
}

async function showOperations(options: AuditOptions): Promise<void> {
  await withDatabase(options.dataDir, async (database) => {
    const rows = await listOperations(database, options.limit);
    createOutput(options.json === true).result(rows, () =>
      table(
        rows.map(({ id, at, actor, via, kind, filter, endedAt, result }) => ({
          id,
          at: at.toISOString(),
          actor,
          via,
          kind,
          filter: JSON.stringify(filter),
          ended: endedAt?.toISOString() ?? 'broken off, or at work',
          result: result === null ? '' : JSON.stringify(result),
        })),
      ),
    );
  });
}
