import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { migrations as console } from '@tributary/app-console';
import { migrations as erpBridge } from '@tributary/app-erp-bridge';
import { migrations as forecast } from '@tributary/app-forecast';
import { migrations as insight } from '@tributary/app-insight';
import { migrations as profile } from '@tributary/app-profile';
import { parseDecimal } from '@tributary/contracts';
import { parse } from 'csv-parse/sync';
import { asyncBufferFromFile, parquetMetadataAsync, parquetReadObjects } from 'hyparquet';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { HOSTILE, seedConsole, seeded } from '../../../test/support/seed-console.ts';
import { exportProfiles } from './export-profiles.ts';
import { profileColumns } from './profile-columns.ts';

let fresh: FreshDatabase;
let folder = '';
beforeAll(async () => {
  fresh = await freshDatabase([...profile, ...insight, ...forecast, ...erpBridge, ...console]);
  await seedConsole(fresh.database);
  folder = await mkdtemp(join(tmpdir(), 'export-'));
}, 60_000);
afterAll(async () => {
  await fresh.drop();
  await rm(folder, { recursive: true });
});

describe('exportProfiles on PostgreSQL', () => {
  it('writes a row for every visible profile and currency, with the totals of the profiles, the same in both formats', async () => {
    const csv = join(folder, 'profiles.csv');
    const parquet = join(folder, 'profiles.parquet');
    const done = await exportProfiles({ databaseUrl: fresh.url, out: csv });
    expect(await exportProfiles({ databaseUrl: fresh.url, out: parquet })).toEqual(done);

    const rows = parse(await readFile(csv), { columns: true }) as Record<string, string>[];
    expect(Object.keys(rows[0] ?? {})).toEqual(profileColumns.map(({ name }) => name));
    expect(rows).toHaveLength(done.rows);
    const visible = await fresh.database.query<{ profile_id: string }>('SELECT profile_id::text FROM profile.profile WHERE visible');
    expect(new Set(rows.map((row) => row.profile_id))).toEqual(new Set(visible.map((row) => row.profile_id)));

    // The other route: the sums of the documents the profiles were made of, in the database.
    const sums = await fresh.database.query<{ currency: string; gross: string }>(
      `SELECT t->>'currency' AS currency, sum((t->>'gross')::numeric)::text AS gross
       FROM profile.profile CROSS JOIN json_array_elements(document->'totals') t WHERE visible GROUP BY 1 ORDER BY 1`,
    );
    const unscaled = (text: string): bigint => parseDecimal(text, 4) ?? -1n;
    expect(Object.entries(done.totals).map(([currency, { gross }]) => ({ currency, gross: String(unscaled(gross)) }))).toEqual(sums);
    for (const { currency, gross } of sums) {
      const inFile = rows.filter((row) => row.currency === currency).reduce((sum, row) => sum + unscaled(row.gross ?? ''), 0n);
      expect(String(inFile)).toBe(gross);
    }

    // Read as the integers that are in the file: the reader would make inexact floating-point numbers of decimals.
    const file = await asyncBufferFromFile(parquet);
    const metadata = await parquetMetadataAsync(file);
    const plain = metadata.schema.map(({ type, name, num_children, repetition_type, converted_type }) => ({
      ...{ type, name, num_children, repetition_type },
      ...(converted_type === 'DECIMAL' ? {} : { converted_type }),
    }));
    const read = await parquetReadObjects({ file, metadata: { ...metadata, schema: plain as typeof metadata.schema } });
    expect(read.map((row) => [row.profile_id, row.currency, row.net, row.segments])).toEqual(
      rows.map((row) => [row.profile_id, row.currency || null, row.net === '' ? null : unscaled(row.net ?? ''), row.segments || null]),
    );
    const maria = rows.find((row) => row.profile_id === seeded.maria);
    expect(maria?.source_ids).toContain(':');
    expect(maria?.first_order_at).toMatch(/^\d{4}-\d\d-\d\dT/);
  });

  it('leaves no half of a file behind, and refuses another format', async () => {
    await expect(exportProfiles({ databaseUrl: fresh.url, out: join(folder, 'x.xlsx') })).rejects.toThrow(
      'neither in .csv nor in .parquet',
    );
    await expect(
      exportProfiles({ databaseUrl: fresh.url.replace(/spec_\w+/, 'nothing_here'), out: join(folder, 'y.csv') }),
    ).rejects.toThrow();
    expect((await readdir(folder)).filter((name) => name.includes('.part') || name.startsWith('x') || name.startsWith('y'))).toEqual([]);
    expect(await readFile(join(folder, 'profiles.csv'), 'utf8')).not.toContain(`\r\n${HOSTILE}`);
  });
});
