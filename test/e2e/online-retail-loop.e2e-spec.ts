import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { createReadStream, createWriteStream, existsSync, mkdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { fileURLToPath } from 'node:url';
import { createGunzip, createGzip } from 'node:zlib';
import { freePorts } from '@tributary/embedded';
import { startCli, summaryOf } from '../support/demo-process.ts';

const FILE = fileURLToPath(new URL('../../../shared/data/online-retail/online-retail.csv.gz', import.meta.url));
/** The first weeks of the real file: enough for every kind of line, short enough for every run. */
const ROWS = 80_000;

/** Writes the header and the first rows of the file, and says how many rows there are. */
async function slice(file: string, to: string): Promise<void> {
  async function* head(): AsyncGenerator<string> {
    let count = 0;
    for await (const line of createInterface({ input: createReadStream(file).pipe(createGunzip()), crlfDelay: Infinity })) {
      yield `${line}\n`;
      if (count++ === ROWS) return;
    }
  }
  await pipeline(head, createGzip(), createWriteStream(to));
}

describe('the whole loop with the real Online Retail export', () => {
  const dataDir = join(tmpdir(), `tributary-e2e-${randomUUID()}`);
  const file = join(dataDir, 'slice.csv.gz');

  beforeAll(async () => {
    mkdirSync(dataDir, { recursive: true });
    if (existsSync(FILE)) await slice(FILE, file);
  }, 60_000);
  afterAll(() => rmSync(dataDir, { recursive: true, force: true }));

  it('killed in the middle and started again, reconciles the file to the penny', async () => {
    if (!existsSync(FILE)) {
      console.warn(`SKIPPED: the real data set is not there (${FILE}); see docs/import.md on where it comes from`);
      return;
    }
    const [port] = await freePorts(1);
    const args = [
      'demo',
      '--exit',
      '--json',
      '--data',
      file,
      '--format',
      'online-retail',
      '--data-dir',
      join(dataDir, 'hub'),
      '--port',
      String(port),
    ];
    const first = startCli(args);
    await first.seen(/applied [1-9]\d{3,}/);
    first.child.kill('SIGKILL');
    await first.ended();

    const second = startCli(args);
    expect([await second.ended(), second.err().slice(-2000)]).toEqual([0, expect.any(String)]);
    const summary = summaryOf(second) as {
      rows: { read: number; mapped: number; quarantined: Record<string, number> };
      money: Record<string, string>;
    };
    expect(summary).toMatchObject({ ok: true, faults: [], accounting: { balanced: true }, erp: { unanswered: 0 } });
    const quarantined = Object.values(summary.rows.quarantined).reduce((sum, count) => sum + count, 0);
    expect([summary.rows.read, summary.rows.mapped + quarantined]).toEqual([ROWS, ROWS]);
    expect(summary.money.fileExact).toBe(summary.money.appliedExact);
  }, 400_000);
});
