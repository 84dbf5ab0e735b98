import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { listOperations } from '@tributary/persistence';
import { eventually } from '../../../test/support/eventually.ts';
import { liveProfiles, type LiveProfiles } from '../../../test/support/live-profiles.ts';
import { orderJson } from '../../../test/support/order-json.ts';
import { runProgram, runProgramJson } from '../../../test/support/run-program.ts';

type Json = Readonly<Record<string, unknown>>;
const binary = fileURLToPath(new URL('../../bin/tributary.js', import.meta.url));

describe('tributary rebuild', () => {
  let hub: LiveProfiles;
  const before = { ...process.env };
  beforeAll(async () => {
    hub = await liveProfiles('EUR');
    Object.assign(process.env, {
      DATABASE_URL: hub.url,
      TRIBUTARY_IDENTITY_KEY: hub.identityKey.toString('hex'),
      TRIBUTARY_SOURCES: 'shop',
      TRIBUTARY_CURRENCY: 'EUR',
    });
    await hub.say(
      Array.from({ length: 40 }, (_, index) => ({
        id: `order/${index}`,
        source: 'shop',
        type: 'commerce.order',
        time: '2026-03-01T10:00:00Z',
        data: orderJson(`o-${index}`, { customer: { id: `c-${index % 15}` } }),
      })),
    );
    await hub.settle();
  }, 90_000);
  afterAll(async () => {
    process.env = before;
    await hub.close();
  }, 60_000);

  it('without a shadow: status says so, diff and swap find none, discard is harmless', async () => {
    expect(await runProgram('rebuild', 'status')).toMatchObject({ code: 0, out: 'no shadow\n' });
    for (const verb of ['diff', 'swap'])
      expect(await runProgram('rebuild', verb)).toMatchObject({ code: 3, fault: expect.stringContaining('run tributary rebuild first') });
    expect(await runProgram('rebuild', 'discard')).toMatchObject({ code: 0 });
  }, 60_000);

  it('refuses what it cannot read as wrong use', async () => {
    for (const wrong of [
      ['--from', 'yesterday'],
      ['--contract', 'erp.forecast'],
      ['--from', '2026-03-02', '--to', '2026-03-01'],
    ])
      expect(await runProgram('rebuild', ...wrong)).toMatchObject({ code: 2 });
  }, 60_000);

  it('SIGKILL in the middle of a replay: live is untouched, and the next one goes on', async () => {
    const live = (): Promise<unknown> =>
      hub.database.query(
        'SELECT count(*), sum(hashtext(n::text)) FROM profile.node n UNION ALL SELECT count(*), sum(hashtext(p::text)) FROM profile.profile p',
      );
    const untouched = await live();
    const child = spawn(process.execPath, [binary, 'rebuild', '--json'], { stdio: 'ignore', env: process.env });
    const gone = once(child, 'exit');
    const rows = await eventually(
      () => hub.database.query<{ there: boolean }>(`SELECT to_regclass('profile_shadow.rebuild') IS NOT NULL AS there`),
      ([row]) => row?.there === true,
    );
    expect(rows).toHaveLength(1);
    await hub.database.transaction(async (tx) => {
      // The replay waits here, with its first batch half written.
      await tx.query('LOCK TABLE profile_shadow.profile IN ACCESS EXCLUSIVE MODE');
      await eventually(
        () => hub.database.query('SELECT FROM pg_locks WHERE NOT granted AND relation = $1::regclass', ['profile_shadow.profile']),
        (waiting) => waiting.length > 0,
      );
      child.kill('SIGKILL');
      await gone;
    });
    expect(await live()).toEqual(untouched);
    const { json: status } = await runProgramJson<Json>('rebuild', 'status');
    expect(status).toMatchObject({ plan: { copy: false } });
    expect(Number(status.behind)).toBeGreaterThan(0);
    const { code, json } = await runProgramJson<Json>('rebuild');
    expect({ code, json }).toMatchObject({ code: 0, json: { resumed: true, then: 'kept', difference: { equal: true, corrections: 0 } } });
    expect(await runProgramJson<Json>('rebuild', 'status')).toMatchObject({ json: { behind: '0' } });
  }, 90_000);

  it('ends with 1 while a difference is left, with 0 when it was swapped; says what differs; is audited', async () => {
    await hub.database.query(`DELETE FROM profile.document WHERE document_id = 'o-3'`);
    const { code, out } = await runProgram('rebuild', 'diff');
    expect(code).toBe(1);
    for (const line of ['document ORDER shop o-3: only in shadow', 'documents EUR gross', '25.00', 'live differs from what the topics say'])
      expect(out).toContain(line);
    expect((await runProgram('rebuild', 'diff', '--examples', '0')).out).not.toContain('o-3');
    const swapped = await runProgram('rebuild', 'swap');
    expect(swapped).toMatchObject({ code: 0, out: expect.stringContaining('swapped: ') });
    expect(await runProgramJson<Json>('rebuild', '--discard')).toMatchObject({
      code: 0,
      json: { then: 'discarded', difference: { equal: true } },
    });
    const [latest] = await listOperations(hub.database, 1);
    expect(latest).toMatchObject({ kind: 'rebuild', via: 'cli', filter: { then: 'discard' }, result: { equal: true, then: 'discarded' } });
    const broken = (await listOperations(hub.database, 20)).filter((operation) => operation.endedAt === null);
    // The one that was killed.
    expect(broken).toHaveLength(1);
  }, 90_000);
});
