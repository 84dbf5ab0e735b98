import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { WrongOption } from '../bench-options.ts';
import type { Spread } from '../measure/statistics.ts';
import { markdownTable, replacePart } from './markdown-table.ts';

type Figures = Readonly<Record<string, unknown>>;
type Report = Figures & { readonly machine: Figures; readonly rounds: number };

const PAGE = fileURLToPath(new URL('../../../docs/performance.md', import.meta.url));

const entries = (value: unknown): [string, Figures][] => Object.entries((value ?? {}) as Record<string, Figures>);

/** Contestants with their figures, then the ratios. */
function contestants(report: Report): string {
  const ratios = Object.entries((report.ratios ?? {}) as Figures);
  const parts = [markdownTable('', entries(report.contestants))];
  if (ratios.length > 0)
    parts.push(
      markdownTable(
        'ratio',
        ratios.map(([name, value]) => [name, { value }]),
      ),
    );
  return parts.join('\n\n');
}

function latency(report: Report): string {
  const isSpread = (value: unknown): value is Spread => typeof value === 'object' && value !== null && 'median' in value;
  const rows = [...entries(report.rates), ...entries(report.rivals)].flatMap(([name, figures]) =>
    Object.entries(figures).flatMap(([figure, value]): [string, Figures][] =>
      isSpread(value) ? [[`${name}: ${figure}`, { ...value }]] : [],
    ),
  );
  return `${markdownTable('', rows)}\n\n${markdownTable(
    'ratio',
    Object.entries((report.ratios ?? {}) as Figures).map(([name, value]) => [name, { value }]),
  )}`;
}

function stages(report: Report): string {
  const tables = Object.entries((report.batches ?? {}) as Readonly<Record<string, readonly (Figures & { readonly stage: string })[]>>);
  return tables
    .map(([size, rows]) => {
      const cells = rows.map(({ stage, wallMicros, nodeMicros, postgresMicros }): [string, Figures] => [
        stage,
        { 'wall µs': wallMicros, 'Node µs': nodeMicros, 'PostgreSQL µs': postgresMicros },
      ]);
      return `Batches of ${size} events:\n\n${markdownTable('stage', cells)}`;
    })
    .join('\n\n');
}

const RENDER: Readonly<Record<string, (report: Report) => string>> = {
  throughput: contestants,
  latency,
  sustained: contestants,
  replay: contestants,
  backlog: contestants,
  relay: contestants,
  codec: contestants,
  idle: contestants,
  stages,
};

/** Writes the tables of docs/performance.md from the JSON files `<suite>.json` of a folder; suites without a file keep what they have. */
export function writeReport([folder, ...more]: readonly string[]): void {
  if (folder === undefined || more.length > 0) throw new WrongOption('report takes the folder of the JSON files');
  let page = readFileSync(PAGE, 'utf8');
  const found = Object.entries(RENDER).filter(([suite]) => existsSync(join(folder, `${suite}.json`)));
  if (found.length === 0) throw new WrongOption(`${folder} holds none of ${Object.keys(RENDER).join('.json, ')}.json`);
  for (const [suite, render] of found) {
    const report = JSON.parse(readFileSync(join(folder, `${suite}.json`), 'utf8')) as Report;
    const { cpu, cores, memoryMb, node, loadBefore } = report.machine;
    const where = `${report.rounds} round${report.rounds === 1 ? '' : 's'} on ${String(cpu)}, ${String(cores)} cores, ${String(memoryMb)} MiB, Node ${String(node)}, load ${String(loadBefore)} before.`;
    page = replacePart(page, suite, `${where}\n\n${render(report)}`);
    process.stdout.write(`${suite}: written\n`);
  }
  writeFileSync(PAGE, page);
}
