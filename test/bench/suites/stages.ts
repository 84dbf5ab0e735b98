import { contracts, fromHeaders } from '@tributary/contracts';
import type { BenchOptions } from '../bench-options.ts';
import { thisMachine } from '../measure/machine.ts';
import { median } from '../measure/statistics.ts';
import { openStack } from '../stack/stack.ts';
import { runBatches, type BatchRun } from '../stages/run-batches.ts';
import { createWorkload, type Workload } from '../workload/workload.ts';
import type { SuiteResult } from './suite.ts';

/** A part of the work, microseconds an event. */
interface StageRow {
  readonly stage: string;
  readonly wallMicros: number;
  readonly nodeMicros: number;
  readonly postgresMicros: number;
}

const CUSTOMERS = 20_000;
/** Every customer is known and the code is hot before anything counts. */
const WARM_UP = 60_000;

/** Where an event's time goes: the product's shell and profile stage over ready records, one connection, one table for each batch size. */
export async function stages(options: BenchOptions): Promise<SuiteResult> {
  const machine = thisMachine();
  const [keys = 'uniform'] = options.keys;
  const workload = createWorkload({ events: WARM_UP + options.events, customers: CUSTOMERS, keys, partitions: 16, seed: 1 });
  const reading = readingRows(workload);
  const stack = await openStack();
  try {
    const runs = new Map<number, BatchRun[]>(options.batch.map((size) => [size, []]));
    for (let round = 0; round < options.rounds; round += 1)
      for (const [size, list] of runs) {
        process.stderr.write(`stages: round ${round + 1}, batches of ${size}\n`);
        list.push(await runBatches(stack, workload, size, WARM_UP));
      }
    const batches = Object.fromEntries([...runs].map(([size, list]) => [String(size), rowsOf(list)]));
    for (const [size, rows] of Object.entries(batches)) {
      process.stdout.write(`\nstages, batches of ${size}, ${keys} keys, ${options.rounds} rounds, microseconds an event (median)\n`);
      console.table(Object.fromEntries(rows.map(({ stage, ...figures }) => [stage, rounded(figures)])));
    }
    process.stdout.write('\nreading one event, in parts (part of "read and validate")\n');
    console.table(Object.fromEntries(reading.map(({ stage, nodeMicros }) => [stage, rounded({ nodeMicros })])));
    return { report: { machine, rounds: options.rounds, keys, batches, reading }, checks: [] };
  } finally {
    await stack.close();
  }
}

const rounded = (figures: object): object =>
  Object.fromEntries(Object.entries(figures).map(([name, value]) => [name, Number((value as number).toFixed(2))]));

/** Medians over the rounds, an event each; sums at the end. */
function rowsOf(runs: readonly BatchRun[]): StageRow[] {
  const names = [...new Set(runs.flatMap((run) => [...run.shares.keys()]))];
  const perEvent = (read: (run: BatchRun) => number): number => median(runs.map((run) => read(run) / run.events));
  const rows = names.map((stage): StageRow => ({
    stage,
    wallMicros: perEvent((run) => run.shares.get(stage)?.wall ?? 0),
    nodeMicros: perEvent((run) => run.shares.get(stage)?.node ?? 0),
    postgresMicros: perEvent((run) => run.shares.get(stage)?.postgres ?? 0),
  }));
  const sumOf = (stage: string, list: readonly StageRow[]): StageRow => ({
    stage,
    wallMicros: list.reduce((sum, row) => sum + row.wallMicros, 0),
    nodeMicros: list.reduce((sum, row) => sum + row.nodeMicros, 0),
    postgresMicros: list.reduce((sum, row) => sum + row.postgresMicros, 0),
  });
  const background = perEvent((run) => run.otherPostgresSeconds * 1e6);
  return [
    ...rows,
    { stage: 'PostgreSQL, background', wallMicros: 0, nodeMicros: 0, postgresMicros: background },
    sumOf(
      'all SQL',
      rows.filter(({ stage }) => stage.startsWith('sql ')),
    ),
    sumOf(
      'all Node',
      rows.filter(({ stage }) => !stage.startsWith('sql ')),
    ),
    sumOf('all', rows),
  ];
}

/** The parts of reading an event, each alone over the same records. */
function readingRows(workload: Workload): { stage: string; nodeMicros: number }[] {
  const records = Array.from({ length: 20_000 }, (_, index) => workload.recordOf(index));
  const values = records.map(({ value }) => contracts.order.decode(value)).flatMap((read) => (read.ok ? [read.value] : []));
  const wire = records.map(({ headers }) => Object.fromEntries(Object.entries(headers).map(([name, text]) => [name, Buffer.from(text)])));
  const parts: [string, () => number][] = [
    ['envelope from headers', () => wire.reduce((sum, headers) => sum + (fromHeaders(headers).ok ? 1 : 0), 0)],
    ['frame, Avro body, field checks', () => records.reduce((sum, { value }) => sum + (contracts.order.decode(value).ok ? 1 : 0), 0)],
    ['rules', () => values.reduce((sum, order) => sum + (contracts.order.rules?.(order).length === 0 ? 1 : 0), 0)],
  ];
  return parts.map(([stage, work]) => {
    const rounds = Array.from({ length: 7 }, () => {
      const used = process.cpuUsage();
      if (work() !== records.length) throw new Error(`${stage}: not every record passed`);
      const { user, system } = process.cpuUsage(used);
      return (user + system) / records.length;
    });
    return { stage, nodeMicros: median(rounds.slice(2)) };
  });
}
