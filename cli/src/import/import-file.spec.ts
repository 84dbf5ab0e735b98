import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { importFile, type ImportOptions } from './import-file.ts';

const HEADER = 'InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country';
const good = [
  '1,A,"LAMP, ""RED""",6,2010-12-01 08:26:00,2.555,17850,United Kingdom',
  '1,A,"LAMP, ""RED""",6,2010-12-01 08:26:00,2.555,17850,United Kingdom',
  '2,POST,POSTAGE,1,2010-12-01 08:27:00,18.0,,Germany',
  'C3,A,LAMP,-4,2010-12-02 09:00:00,2.555,17850,United Kingdom',
  'C4,A,LAMP,-1,2010-12-02 09:00:00,2.50,,United Kingdom',
  '5,A,,-3,2010-12-03 09:00:00,0.0,,United Kingdom',
];
const bad = ['6,A,LAMP,six,2010-12-03 09:00:00,1.00,17850,United Kingdom', '7,A,LAMP,2,03/12/2010,1.00,17850,United Kingdom'];

interface Event {
  readonly id: string;
  readonly type: string;
  readonly source: string;
  readonly data: Record<string, unknown>;
}
let folder = '';
let server: Server;
let url = '';
let known: Map<string, string>;
let refuse: (event: Event) => boolean;

/** A gateway over HTTP with the real one's answers: it remembers ids and contents. */
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'import-'));
  known = new Map();
  refuse = () => false;
  server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const events = JSON.parse(Buffer.concat(chunks).toString()) as Event[];
      const answers = events.map((event, index) => {
        if (refuse(event)) return { index, id: event.id, status: 'refused' };
        const content = JSON.stringify(event.data);
        const before = known.get(event.id);
        known.set(event.id, before ?? content);
        return { index, id: event.id, status: before === undefined ? 'accepted' : before === content ? 'duplicate' : 'conflict' };
      });
      const faults = answers
        .filter(({ status }) => status === 'refused')
        .map(({ index }) => ({ index, field: 'total', reason: 'arithmetic', detail: 'off by 1.00' }));
      response.end(JSON.stringify({ events: answers, faults }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

const write = async (name: string, content: string | Buffer): Promise<string> => {
  const path = join(folder, name);
  await writeFile(path, content);
  return path;
};
const csv = (rows: readonly string[]): string => `${[HEADER, ...rows].join('\n')}\n`;
const run = (file: string, more: Partial<ImportOptions> = {}) =>
  importFile({ file, format: 'online-retail', gatewayUrl: url, dataDir: folder, patience: 50, ...more });

describe('importFile', () => {
  it('imports rows, reconciles money and rows, and tells what came of them', async () => {
    const summary = await run(await write('shop.csv', csv(good)));
    expect(summary).toMatchObject({
      rows: { read: 6, mapped: 6, quarantined: {}, unpriced: 0 },
      money: {
        currency: 'GBP',
        fileExact: '35.94',
        mappedExact: '35.94',
        quarantinedExact: '0.00',
        grossKnown: '30.66',
        returnsKnown: '10.22',
        netKnown: '20.44',
        grossGuests: '18.00',
        returnsGuests: '2.50',
        netGuests: '15.50',
        rounding: '0.00',
      },
      ...{ orders: 2, returns: 2, stockMovements: 1, customers: 1, guests: 2, products: 1 },
      cancelledLines: { linked: 1, unlinked: 0 },
      events: { sent: 7, accepted: 7, duplicate: 0, conflict: 0, refused: 0 },
      reconciled: true,
      rejects: null,
    });
    expect([...known.keys()].sort()).toEqual(
      ['customer/17850/1', 'order/1', 'order/2', 'product/A/1', 'return/C3', 'return/C4', 'stock-movement/5-1'].sort(),
    );
  });

  it('applies nothing twice: the second run of a packed copy gives the same events', async () => {
    await run(await write('shop.csv', csv(good)));
    const again = await run(await write('shop.csv.gz', gzipSync(csv(good))));
    expect(again.events).toEqual({ sent: 7, accepted: 0, duplicate: 7, conflict: 0, refused: 0 });
    expect(again).toMatchObject({ rows: { mapped: 6 }, money: { grossKnown: '30.66' }, reconciled: true });
  });

  it('keeps rows that cannot be mapped in the rejects file and counts them by reason', async () => {
    const summary = await run(await write('shop.csv', csv([...good, ...bad])));
    expect(summary).toMatchObject({
      rows: { read: 8, mapped: 6, quarantined: { date: 1, quantity: 1 }, unpriced: 1 },
      money: { fileExact: '37.94', mappedExact: '35.94', quarantinedExact: '2.00' },
      reconciled: true,
      rejects: join(folder, 'import-rejects', 'shop.csv.jsonl'),
    });
    const lines = (await readFile(summary.rejects ?? '', 'utf8')).trimEnd().split('\n');
    expect(lines.map((line) => JSON.parse(line) as unknown)).toEqual([
      { row: 7, reason: 'quantity', detail: expect.stringContaining('six') as unknown, cells: bad[0]?.split(',') },
      { row: 8, reason: 'date', detail: expect.stringContaining('03/12/2010') as unknown, cells: bad[1]?.split(',') },
    ]);
    const clean = await run(await write('shop.csv', csv(good)));
    expect(clean.rejects).toBeNull();
    await expect(readFile(summary.rejects ?? '')).rejects.toThrow('ENOENT');
  });

  it('counts the rows of an event that the gateway refuses as set aside, with its reason', async () => {
    refuse = ({ id }) => id === 'order/1';
    const summary = await run(await write('shop.csv', csv(good)));
    expect(summary).toMatchObject({
      rows: { read: 6, mapped: 4, quarantined: { 'gateway-refused': 2 } },
      money: { mappedExact: '5.28', quarantinedExact: '30.66', grossKnown: '0.00' },
      events: { accepted: 6, refused: 1 },
      reconciled: true,
    });
    expect(await readFile(summary.rejects ?? '', 'utf8')).toContain('"detail":"event order/1: total arithmetic off by 1.00"');
  });

  it('sets aside an invoice whose content changed since the last run, and keeps what the hub has', async () => {
    await run(await write('shop.csv', csv(good)));
    const summary = await run(await write('shop.csv', csv(good.map((row) => row.replace('18.0', '19.0')))));
    expect(summary).toMatchObject({
      rows: { quarantined: { 'gateway-conflict': 1 } },
      events: { conflict: 1, duplicate: 6 },
      reconciled: true,
    });
  });

  it.each<[string, () => Promise<string>, string]>([
    ['no file', () => Promise.resolve('/nowhere.csv'), 'there is no file /nowhere.csv'],
    ['another file', () => write('x.csv', 'a,b\n1,2\n'), 'this is no Online Retail export'],
    ['an empty file', () => write('x.csv', ''), 'but is empty'],
    ['no gzip', () => write('x.csv.gz', 'a,b'), 'is damaged: incorrect header check'],
    ['half a gzip', () => write('x.csv.gz', gzipSync(csv(good)).subarray(0, 100)), 'is damaged: unexpected end of file'],
    ['an open quote', () => write('x.csv', csv([`1,A,"LAMP,6,2010-12-01 08:26:00,1.0,1,UK`])), 'is no CSV file'],
  ])('says what is wrong with %s', async (_, file, words) => {
    await expect(run(await file())).rejects.toThrow(words);
  });

  it('says that there is no such format, no gateway, and stops when told to', async () => {
    const file = await write('shop.csv', csv(good));
    await expect(run(file, { format: 'excel' })).rejects.toThrow('there is no format excel');
    await expect(run(file, { gatewayUrl: 'http://127.0.0.1:9' })).rejects.toThrow('no answer from the gateway at http://127.0.0.1:9');
    await expect(run(file, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
  });
});
