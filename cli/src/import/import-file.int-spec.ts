import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrations as gatewayMigrations } from '@tributary/app-gateway';
import { OnlineRetailMapper, rowValue, type MapperStep } from '@tributary/connectors';
import { contractNamed, type Fault } from '@tributary/contracts';
import { createSeller, feed } from '@tributary/seller';
import { existsSync } from 'node:fs';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gunzipSync, gzipSync } from 'node:zlib';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { startTestGateway, type TestGateway } from '../../../test/support/start-test-gateway.ts';
import { importFile } from './import-file.ts';
import { ImportTally } from './import-summary.ts';
import { readRecords } from './read-records.ts';

const REAL = '../shared/data/online-retail/online-retail.csv.gz';
/** Rows of the real export that go through the gateway here; `tributary demo --data` sends all of them. */
const ROWS = 40_000;
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

describe('the whole real export, mapped', () => {
  it('is reconciled row by row and to the penny with the figures its README gives', async () => {
    if (!existsSync(REAL)) return console.warn(`SKIPPED: ${REAL} is not there; the mapping of the real export was not tested`);
    const mapper = new OnlineRetailMapper();
    const tally = new ImportTally();
    const faults: Fault[] = [];
    const take = ({ events, rejected }: MapperStep): void => {
      for (const row of rejected) tally.reject(row);
      for (const event of events) {
        faults.push(...(contractNamed(event.contract)?.rules?.(event.value as never) ?? []));
        tally.settle(event, { id: event.id, outcome: 'accepted', faults: [] });
      }
    };
    let header = true;
    for await (const cells of readRecords(REAL)) {
      if (header) header = false;
      else {
        tally.read(rowValue(cells));
        take(mapper.push(cells));
      }
    }
    take(mapper.end());
    expect(faults).toEqual([]);
    const facts = {
      format: 'online-retail',
      currency: 'GBP',
      customers: mapper.customers,
      products: mapper.products,
      rejects: null,
      seconds: 0,
    };
    expect(tally.summary(facts)).toMatchObject({
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
  }, 120_000);
});
