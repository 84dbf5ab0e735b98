import { stat } from 'node:fs/promises';
import { headerFault, OnlineRetailMapper, rowValue, type MappedEvent, type MapperStep } from '@tributary/connectors';
import { contractNamed, formatMicros } from '@tributary/contracts';
import {
  cloudEventJson,
  createGatewayClient,
  GatewayAway,
  GatewayRefusal,
  postEvents,
  type EventAnswer,
  type Outgoing,
} from '@tributary/seller';
import { exitCode } from '../exit-code.ts';
import { VerbFault } from '../verb-fault.ts';
import { showImportProgress, type ImportProgress } from './import-progress.ts';
import { ImportTally, type ImportSummary } from './import-summary.ts';
import { readRecords, type RecordReader } from './read-records.ts';
import { RejectsFile } from './rejects-file.ts';

/** What to import and where to. */
export interface ImportOptions {
  /** CSV, or CSV packed with gzip (`.gz`). */
  readonly file: string;
  /** `online-retail`: the UCI Online Retail export. */
  readonly format: string;
  readonly gatewayUrl: string;
  /** Rows that cannot be mapped are kept below it, in `import-rejects/`. */
  readonly dataDir: string;
  /** Show a bar when standard error is a terminal. */
  readonly progress?: boolean;
  readonly signal?: AbortSignal;
  /** Told after every answered batch. */
  readonly onProgress?: (progress: { readonly rows: number; readonly events: number }) => void;
  /** Batches under way at once. Default 3. */
  readonly concurrency?: number;
  /** How long the gateway may be away, milliseconds. Default 5 minutes. */
  readonly patience?: number;
  /** Secret of the source, where the gateway wants requests signed. */
  readonly secret?: string;
}

/** `ce_source` of everything imported from the export. */
export const RETAIL_SOURCE = 'online-retail';
const CURRENCY = 'GBP';
const BATCH = 200;

interface Sent extends Outgoing {
  readonly event: MappedEvent;
}

/**
 * Streams a shop's export through the gateway: rows become events with ids of their own, so a second run applies nothing twice. Memory stays flat:
 * the file is read as fast as the gateway answers. Every row is in an event the hub has, or in the rejects file with its reason.
 *
 * Throws {@link VerbFault}: an unknown format, no such file, another kind of file, damaged gzip or CSV, a gateway that is away or refuses the source.
 */
export async function importFile(options: ImportOptions): Promise<ImportSummary> {
  const started = performance.now();
  if (options.format !== 'online-retail') throw new VerbFault(`there is no format ${options.format}: online-retail`, exitCode.usage);
  const { size } = await stat(options.file).catch(() => {
    throw new VerbFault(`there is no file ${options.file}`, exitCode.notFound);
  });
  const records = readRecords(options.file);
  const mapper = new OnlineRetailMapper();
  const tally = new ImportTally();
  const rejects = await RejectsFile.prepare(options.dataDir, options.file);
  const bar = showImportProgress(options.progress === true, size);
  const concurrency = options.concurrency ?? 3;
  const client = createGatewayClient({
    gatewayUrl: options.gatewayUrl,
    connections: concurrency,
    secret: options.secret,
    signal: options.signal,
    patience: options.patience ?? 300_000,
  });
  try {
    await postEvents(outgoing(records, { mapper, tally, rejects, bar, signal: options.signal }), {
      client,
      concurrency,
      batch: BATCH,
      batchSize: 524_288,
      settled: ({ event }, answer) => {
        tally.settle(event, answer);
        setAside(rejects, event, answer);
        options.onProgress?.({ rows: tally.rows, events: tally.answered });
      },
    });
    await rejects.settled();
  } catch (error) {
    options.signal?.throwIfAborted();
    throw faultOf(error, options);
  } finally {
    bar.stop();
    await client.close();
    await rejects.close();
  }
  return tally.summary({
    format: options.format,
    currency: CURRENCY,
    customers: mapper.customers,
    products: mapper.products,
    rejects: rejects.used ? rejects.path : null,
    seconds: (performance.now() - started) / 1000,
  });
}

interface Reading {
  readonly mapper: OnlineRetailMapper;
  readonly tally: ImportTally;
  readonly rejects: RejectsFile;
  readonly bar: ImportProgress;
  readonly signal: AbortSignal | undefined;
}

async function* outgoing(records: RecordReader, { mapper, tally, rejects, bar, signal }: Reading): AsyncGenerator<Sent> {
  let header = true;
  const take = function* ({ events, rejected }: MapperStep): Generator<Sent> {
    for (const row of rejected) {
      tally.reject(row);
      rejects.add({ row: row.rowNumber, reason: row.reason, detail: row.detail, cells: row.cells });
    }
    for (const event of events) yield { event, json: jsonOf(event) };
  };
  for await (const cells of records) {
    if (header) {
      const fault = headerFault(cells);
      if (fault !== undefined) throw new VerbFault(fault, exitCode.usage);
      header = false;
      continue;
    }
    tally.read(rowValue(cells));
    const step = mapper.push(cells);
    if (step.rejected.length > 0) await rejects.settled();
    if (step.rejected.length > 0 || step.events.length > 0) yield* take(step);
    if (tally.rows % 2_000 !== 0) continue;
    signal?.throwIfAborted();
    bar.update(records.bytesRead, tally.rows, tally.answered);
  }
  if (header) throw new VerbFault(headerFault([]) ?? 'the file is empty', exitCode.usage);
  yield* take(mapper.end());
}

function jsonOf({ contract: type, id, at, value }: MappedEvent): string {
  const contract = contractNamed(type);
  if (contract === undefined) throw new TypeError(`there is no contract ${type}`);
  return cloudEventJson({ source: RETAIL_SOURCE, type, id, time: formatMicros(at), data: contract.toJson(value as never) });
}

/** Rows of an event that the gateway did not take stand in the rejects file too; the gateway keeps the event itself in quarantine. */
function setAside(rejects: RejectsFile, event: MappedEvent, { outcome, faults }: EventAnswer): void {
  if (outcome === 'accepted' || outcome === 'duplicate') return;
  const detail = `event ${event.id}: ${faults.map((fault) => `${fault.field} ${fault.reason} ${fault.detail}`.trim()).join('; ')}`;
  for (const row of event.rowNumbers) rejects.add({ row, reason: `gateway-${outcome}`, detail });
}

function faultOf(error: unknown, { file }: ImportOptions): unknown {
  if (error instanceof VerbFault) return error;
  if (error instanceof GatewayRefusal) return new VerbFault(`${error.message} (source ${RETAIL_SOURCE})`, exitCode.environment);
  if (error instanceof GatewayAway)
    return new VerbFault(`${error.message}; the import can be started again and applies nothing twice`, exitCode.environment);
  const { code = '', message } = error as NodeJS.ErrnoException;
  if (code.startsWith('CSV_')) return new VerbFault(`${file} is no CSV file: ${message}`);
  if (code.startsWith('Z_')) return new VerbFault(`${file} is damaged: ${message}`);
  return error;
}
