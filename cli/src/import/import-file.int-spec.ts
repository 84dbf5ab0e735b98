import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrations as gatewayMigrations } from '@tributary/app-gateway';
import { createSeller, feed } from '@tributary/seller';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { startCli, summaryOf } from '../../../test/support/demo-process.ts';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { startTestGateway, type TestGateway } from '../../../test/support/start-test-gateway.ts';
import { importFile } from './import-file.ts';

const REAL = '../shared/data/online-retail/online-retail.csv.gz';
/** Rows of the real export that go through the gateway here; the demo's e2e sends more. */
const ROWS = 15_000;
let fresh: FreshDatabase;
let gateway: TestGateway;
let folder = '';
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-'));
  fresh = await freshDatabase(gatewayMigrations);
  gateway = await startTestGateway(fresh.url, { TRIBUTARY_SOURCES: 'online-retail,shop-eu,pos,crm,erp' });
}, 60_000);
afterAll(async () => {
  await gateway.close();
  await fresh.drop();
  await rm(folder, { recursive: true });
});

const stored = async (type: string): Promise<bigint> =>
  (await fresh.database.query<{ n: bigint }>('SELECT count(*) AS n FROM hub.outbox WHERE aggregatetype = $1', [type]))[0]?.n ?? 0n;

describe('through the real gateway', () => {
  it('every event of the simulated seller is taken once, and the repeated ones are known as duplicates', async () => {
    const seller = createSeller({ seed: 7, customers: 60, days: 60, anchorDay: 20_500, skus: 12 });
    const result = await feed(seller.deliveries, { gatewayUrl: gateway.url });
    expect(result).toMatchObject({ accepted: seller.truth.uniqueEvents, duplicate: seller.duplicates, conflict: 0, refused: 0 });
    const again = await feed(seller.deliveries, { gatewayUrl: gateway.url });
    expect(again).toMatchObject({ accepted: 0, duplicate: seller.deliveries.length });
  }, 60_000);

  it('the first months of the real export are taken whole, and a second run changes nothing', async () => {
    if (!existsSync(REAL)) return console.warn(`SKIPPED: ${REAL} is not there; the import of the real export was not tested`);
    const lines = gunzipSync(await readFile(REAL))
      .toString('utf8')
      .split('\n', ROWS + 1);
    const file = join(folder, 'first-months.csv.gz');
    await writeFile(file, gzipSync(`${lines.join('\n')}\n`));
    const ordersBefore = await stored('commerce.order.v1');
    const options = { file, format: 'online-retail', gatewayUrl: gateway.url, dataDir: folder };
    const summary = await importFile(options);
    expect(summary).toMatchObject({
      rows: { read: ROWS, mapped: ROWS, quarantined: {} },
      events: { conflict: 0, refused: 0, duplicate: 0 },
      reconciled: true,
      rejects: null,
    });
    expect((await stored('commerce.order.v1')) - ordersBefore).toBe(BigInt(summary.orders));
    const again = await importFile(options);
    expect(again.events).toEqual({ ...summary.events, accepted: 0, duplicate: summary.events.sent });
    expect(again.money).toEqual(summary.money);
  }, 120_000);
});

describe('tributary import, as a program', () => {
  it('reads the whole real export: every row and every penny that its README counts', async () => {
    if (!existsSync(REAL)) return console.warn(`SKIPPED: ${REAL} is not there; the whole real export was not read`);
    // Stands for the gateway by its answers; what it must do with events is tested above.
    const types = new Map<string, number>();
    const sink = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const events = JSON.parse(Buffer.concat(chunks).toString()) as { id: string; type: string }[];
        for (const { type } of events) types.set(type, (types.get(type) ?? 0) + 1);
        response.end(JSON.stringify({ events: events.map(({ id }, index) => ({ index, id, status: 'accepted' })), faults: [] }));
      });
    });
    await new Promise<void>((resolve) => sink.listen(0, '127.0.0.1', resolve));
    const url = `http://127.0.0.1:${(sink.address() as AddressInfo).port}`;
    const cli = startCli(['import', REAL, '--gateway', url, '--data-dir', folder, '--json']);
    expect([await cli.ended(), cli.err()]).toEqual([0, '']);
    sink.close();
    expect(summaryOf(cli)).toMatchObject({
      rows: { read: 541_909, mapped: 541_909, quarantined: {}, unpriced: 0 },
      money: {
        fileExact: '9747747.934',
        mappedExact: '9747747.934',
        quarantinedExact: '0.00',
        rounding: '-0.004',
        grossKnown: '8911407.90',
        returnsKnown: '611342.09',
        netKnown: '8300065.81',
        netGuests: '1447682.12',
      },
      customers: 4_372,
      // 3,836 cancellations and two adjustments of bad debt; 1,336 rows written off.
      returns: 3_838,
      stockMovements: 1_336,
      reconciled: true,
    });
    expect(Object.fromEntries(types)).toMatchObject({ 'commerce.return': 3_838, 'erp.stock-movement': 1_336 });
  }, 180_000);
});
