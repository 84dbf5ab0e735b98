import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contractNamed, contracts, topology, type Activity, type AnyContract } from '@tributary/contracts';
import { createProfileStage, numberEvents } from '@tributary/app-profile';
import { appendOutbox, Database, editQuarantined, redrive } from '@tributary/persistence';
import { createSeller } from '@tributary/seller';
import { expectDeltasToAddUp } from '../../../test/support/deltas-add-up.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { liveProfiles, type LiveProfiles } from '../../../test/support/live-profiles.ts';
import { orderJson } from '../../../test/support/order-json.ts';
import { knownProfiles, trueProfiles } from '../../../test/support/seller-truth.ts';
import { quietLog } from '../services/quiet-log.ts';
import { goOn, rebuild, type RebuildServices } from './rebuild.ts';

const CURRENCY = 'EUR';
const seller = createSeller({ seed: 11, customers: 120, days: 60, anchorDay: 20_513 });
const topics = new Set(topology.profile.reads.map((contract) => contract.name));
const said = seller.deliveries.filter((delivery) => topics.has(delivery.type) && contractNamed(delivery.type) !== undefined);

describe('a rebuild beside a running hub', () => {
  let hub: LiveProfiles;
  let database: Database;
  let services: RebuildServices;
  let fed = 0;
  const feed = async (events: number): Promise<void> => {
    const part = said.slice(fed, fed + events);
    fed += part.length;
    await hub.say(part);
  };
  beforeAll(async () => {
    hub = await liveProfiles(CURRENCY);
    database = new Database({ url: hub.url, max: 8, applicationName: 'spec rebuild', statementTimeout: 120_000 });
    services = { kafka: hub.kafka, database, identityKey: hub.identityKey, log: quietLog, actor: { name: 'spec', via: 'cli' } };
    await feed(Math.ceil(said.length * 0.4));
    await hub.settle();
  }, 120_000);
  afterAll(async () => {
    await database.close();
    await hub.close();
  }, 60_000);

  const one = async <T>(sql: string, values: readonly unknown[] = []): Promise<T> => {
    const [row] = await database.query<T>(sql, values);
    if (row === undefined) throw new Error(`no row: ${sql}`);
    return row;
  };
  /** Every row of the live tables, as one text. */
  const liveState = async (): Promise<string> =>
    (
      await one<{ all: string }>(
        `SELECT string_agg(md5(t), ',' ORDER BY t) AS all FROM (SELECT n::text AS t FROM profile.node n UNION ALL SELECT e::text FROM profile.edge e
UNION ALL SELECT d::text FROM profile.document d UNION ALL SELECT p::text FROM profile.profile p) x`,
      )
    ).all;
  const epoch = async (): Promise<number> =>
    (await one<{ epoch: number }>(`SELECT epoch FROM hub.consumer_group WHERE name = 'profile'`)).epoch;
  /** The row of a money difference. */
  const money = (report: Awaited<ReturnType<typeof rebuild>>, of: string, amount: string) =>
    report.difference.money.find((row) => row.of === of && row.currency === CURRENCY && row.amount === amount);

  /** Insight has added up nothing but the activity it was told; it must have the profiles' own sums. */
  async function expectInsightToAgree(): Promise<void> {
    const rows = await database.query<{ id: string; told: string; shown: string }>(
      `SELECT p.profile_id AS id,
  concat_ws(' ', coalesce((SELECT sum((d.value->>1)::bigint) FROM json_each(s.state->'days') d), 0), coalesce((SELECT sum((d.value->>2)::bigint) FROM json_each(s.state->'days') d), 0),
    coalesce(s.state->>'paid', '0'), coalesce(s.state->>'interactions', '0'), coalesce(s.state->>'complaints', '0')) AS told,
  concat_ws(' ', coalesce(t->>'gross', '0'), coalesce(t->>'returned', '0'), coalesce(t->>'paid', '0'), p.document->>'interactions', p.document->>'complaints') AS shown
FROM profile.profile p LEFT JOIN insight.stats s USING (profile_id)
LEFT JOIN LATERAL (SELECT t FROM json_array_elements(p.document->'totals') t WHERE t->>'currency' = $1) c ON true WHERE p.visible`,
      [CURRENCY],
    );
    expect(rows.length).toBeGreaterThan(20);
    expect(rows.filter((row) => row.told !== row.shown)).toEqual([]);
  }
  /** Per key every number once, without a gap, and none beyond. */
  const seqGaps = (): Promise<unknown[]> =>
    database.query(
      `SELECT aggregatetype, aggregateid FROM hub.outbox WHERE aggregatetype LIKE 'customer.%' GROUP BY 1, 2 HAVING count(*) <> max(seq) OR count(DISTINCT seq) <> count(*)`,
    );
  const leftovers = (): Promise<unknown[]> =>
    database.query(
      `SELECT nspname::text AS name FROM pg_namespace WHERE nspname IN ('profile_shadow', 'profile_retired')
UNION ALL SELECT name FROM hub.consumer_group WHERE name LIKE 'profile-shadow%' UNION ALL SELECT consumer_group FROM hub.consumer_offset WHERE consumer_group LIKE 'profile-shadow%'
UNION ALL SELECT consumer_group FROM hub.quarantine WHERE consumer_group LIKE 'profile-shadow%'
UNION ALL SELECT 'inbox' FROM hub.inbox WHERE consumer_group NOT IN (SELECT id FROM hub.consumer_group)`,
    );

  it('finds nothing where nothing is wrong, and leaves nothing when discarded', async () => {
    const before = await liveState();
    const report = await rebuild(services, {}, 'discard', 5);
    expect(report.difference).toMatchObject({
      equal: true,
      corrections: 0,
      profiles: { onlyLive: 0, onlyShadow: 0, different: 0, merged: 0, split: 0 },
      addsUp: { live: true, shadow: true },
      examples: { profiles: [], rows: [] },
    });
    expect(report.difference.live).toEqual(report.difference.shadow);
    expect(report.difference.live.profiles).toBeGreaterThan(50);
    for (const row of report.difference.money) expect(row.live).toBe(row.shadow);
    expect(report.replayed).toBeGreaterThan(400);
    expect(await leftovers()).toEqual([]);
    expect(await liveState()).toBe(before);
  }, 120_000);

  it('a swap without a difference changes nothing', async () => {
    const [before, age] = [await liveState(), await epoch()];
    expect(await rebuild(services, {}, 'swap', 5)).toMatchObject({ then: 'swapped', swapped: null, difference: { equal: true } });
    expect([await liveState(), await epoch()]).toEqual([before, age]);
    expect(await leftovers()).toEqual([]);
  }, 120_000);

  it('a copy over which a range is replayed again stays the same', async () => {
    const report = await rebuild(services, { from: '2020-01-01' }, 'discard', 5);
    expect(report.difference).toMatchObject({ equal: true, corrections: 0 });
    expect(report.replayed).toBeGreaterThan(400);
    const orders = await rebuild(services, { contract: ['commerce.order'] }, 'discard', 5);
    expect(orders.difference.equal).toBe(true);
    expect(orders.replayed).toBeLessThan(report.replayed);
  }, 120_000);

  it('what ends before live shows what live has since, and cannot be swapped', async () => {
    const report = await rebuild(services, { to: '2020-01-01' }, 'keep', 2);
    expect(report.difference).toMatchObject({ equal: false, shadow: { profiles: 0, documents: 0 } });
    expect(report.difference.profiles.onlyLive).toBe(report.difference.live.profiles);
    await expect(goOn(services, 'swap', 2)).rejects.toThrow('records before live (--to)');
  }, 120_000);

  it('another identity key is refused before anything is read', async () => {
    await expect(rebuild({ ...services, identityKey: Buffer.alloc(32, 7) }, {}, 'swap', 5)).rejects.toThrow('TRIBUTARY_IDENTITY_KEY');
  });

  describe('live state broken by hand', () => {
    let order: { source: string; documentId: string; gross: bigint; node: string };
    let paid: { profileId: string };
    let apart: { a: string; b: string };

    beforeAll(async () => {
      order = await one(
        `SELECT source, document_id AS "documentId", gross, node FROM profile.document WHERE kind = 'ORDER' AND gross > 0 AND currency = $1 ORDER BY document_id LIMIT 1`,
        [CURRENCY],
      );
      paid = await one(
        `SELECT p.profile_id AS "profileId" FROM profile.profile p JOIN profile.node n USING (profile_id)
WHERE visible AND n.state->'totals'->>$1 IS NOT NULL AND n.node <> $2 AND p.profile_id <> (SELECT profile_id FROM profile.node WHERE node = $2) ORDER BY 1 LIMIT 1`,
        [CURRENCY, order.node],
      );
      // Two customers that were one by mistake: the second one's identifiers hang on the first.
      const customers = await database.query<{ id: string }>(
        `SELECT profile_id AS id FROM profile.profile WHERE visible AND profile_id <> $1 AND profile_id <> (SELECT profile_id FROM profile.node WHERE node = $2)
AND document->>'kind' = 'PERSON' AND (document->>'orders')::int > 0 ORDER BY since LIMIT 2`,
        [paid.profileId, order.node],
      );
      apart = { a: customers[0]?.id ?? '', b: customers[1]?.id ?? '' };
      await database.query('DELETE FROM profile.document WHERE kind = $1 AND source = $2 AND document_id = $3', [
        'ORDER',
        order.source,
        order.documentId,
      ]);
      await database.query(
        `UPDATE profile.node SET state = jsonb_set(state::jsonb, array['totals', $2, 'paid'], to_jsonb(((state->'totals'->$2->>'paid')::bigint + 70000)::text))::json
WHERE node = (SELECT node FROM profile.node WHERE profile_id = $1 AND state->'totals'->>$2 IS NOT NULL ORDER BY node LIMIT 1)`,
        [paid.profileId, CURRENCY],
      );
      await database.query(
        `UPDATE profile.profile SET document = jsonb_set(document::jsonb, '{totals}', (SELECT jsonb_agg(CASE WHEN t->>'currency' = $2
  THEN jsonb_set(t, '{paid}', to_jsonb(((t->>'paid')::bigint + 70000)::text)) ELSE t END) FROM jsonb_array_elements(document::jsonb->'totals') t))::json WHERE profile_id = $1`,
        [paid.profileId, CURRENCY],
      );
      await database.query(
        `DELETE FROM profile.edge WHERE edge = (SELECT edge FROM profile.edge WHERE rule = 'same-event' ORDER BY edge LIMIT 1)`,
      );
      await database.query('UPDATE profile.node SET profile_id = $1 WHERE profile_id = $2', [apart.a, apart.b]);
      await database.query('DELETE FROM profile.profile WHERE profile_id = $1', [apart.b]);
      // Otherwise the running stages would put right what they remember of these profiles.
      await database.query('UPDATE profile.profile SET token = 0');
    });

    it('is found, with its money and an example of each', async () => {
      const report = await rebuild(services, {}, 'keep', 5);
      const { difference } = report;
      expect(difference.equal).toBe(false);
      expect(difference.rows).toMatchObject({
        document: { onlyShadow: 1, onlyLive: 0, different: 0 },
        edge: { onlyShadow: 1, onlyLive: 0, different: 0 },
      });
      expect(difference.profiles).toMatchObject({ onlyShadow: 1, onlyLive: 0, different: 1, split: 1, merged: 0 });
      const gross = money(report, 'documents', 'gross');
      expect((gross?.shadow ?? 0n) - (gross?.live ?? 0n)).toBe(order.gross);
      const payments = money(report, 'profiles', 'paid');
      const missing = await one<{ paid: bigint }>(
        `SELECT coalesce(sum((t->>'paid')::bigint), 0)::bigint AS paid FROM profile_shadow.profile CROSS JOIN json_array_elements(document->'totals') t WHERE profile_id = $1 AND t->>'currency' = $2`,
        [difference.examples.profiles.find((entry) => entry.only === 'shadow')?.profileId, CURRENCY],
      );
      expect((payments?.live ?? 0n) - (payments?.shadow ?? 0n)).toBe(70_000n - missing.paid);
      expect(difference.addsUp).toEqual({ live: false, shadow: true });
      expect(difference.examples.rows).toContainEqual(
        expect.objectContaining({
          table: 'document',
          only: 'shadow',
          key: { kind: 'ORDER', source: order.source, document_id: order.documentId },
        }),
      );
      const example = difference.examples.profiles.find((entry) => entry.profileId === paid.profileId);
      expect(example?.fields).toEqual([expect.objectContaining({ field: `totals.${CURRENCY}.paid` })]);
      const [field] = example?.fields ?? [];
      expect(BigInt(field?.live as string) - BigInt(field?.shadow as string)).toBe(70_000n);
      // What was told was right all along; but of two customers made one, either may keep the id under which it was told.
      const joined = await one<{ n: number }>(
        `SELECT count(*)::int AS n FROM profile_shadow.document d JOIN profile.node n USING (node) WHERE n.profile_id = $1 AND d.kind <> 'CUSTOMER'`,
        [apart.a],
      );
      expect(difference.corrections).toBeLessThanOrEqual(2 * joined.n);
      const shown = JSON.stringify(difference.examples);
      expect(shown).not.toMatch(/[a-z0-9]@[a-z]/i);
    }, 120_000);

    it('a copy of it does not add up and is refused', async () => {
      const refused = rebuild(services, { from: '2020-01-01' }, 'swap', 5);
      await expect(refused).rejects.toThrow('Rebuild everything');
    }, 120_000);

    it('a swap whose connection dies leaves live as it was; the shadow goes on from where it is', async () => {
      await rebuild(services, {}, 'keep', 1);
      const [before, age] = [await liveState(), await epoch()];
      // The swap will wait for this row when it publishes, with everything else written.
      const killer = new Database({ url: hub.url, max: 2, applicationName: 'spec killer' });
      await killer.transaction(async (tx) => {
        await tx.query(`SELECT FROM profile.profile WHERE profile_id = $1 FOR UPDATE`, [paid.profileId]);
        const swap = goOn(services, 'swap', 1).then(
          () => 'swapped',
          (error: unknown) => String(error),
        );
        const [waiting] = await eventually(
          () =>
            killer.query<{ pid: number }>(
              `SELECT pid FROM pg_stat_activity WHERE application_name = 'spec rebuild' AND wait_event_type = 'Lock' AND datname = current_database()`,
            ),
          (rows) => rows.length > 0,
        );
        await killer.query('SELECT pg_terminate_backend($1)', [waiting?.pid]);
        expect(await swap).toMatch(/terminat/);
      });
      await killer.close();
      expect([await liveState(), await epoch()]).toEqual([before, age]);
      expect(await goOn(services, 'keep', 1)).toMatchObject({ resumed: true, difference: { equal: false } });
    }, 120_000);

    it('is repaired by a swap while a writer goes on; nothing is lost or doubled, and insight agrees', async () => {
      const age = await epoch();
      let writing = true;
      const writer = (async () => {
        while (writing && fed < said.length * 0.9) await feed(20);
      })();
      const report = await goOn(services, 'swap', 5);
      writing = false;
      await writer;
      expect(report.swapped?.published).toBeGreaterThan(0);
      expect(await epoch()).toBe(age + 1);
      await feed(said.length);
      await hub.settle();
      expect(await knownProfiles(database)).toEqual(trueProfiles(seller));
      await expectDeltasToAddUp(database);
      await expectInsightToAgree();
      expect(await seqGaps()).toEqual([]);
      const set = await one<{ n: number }>('SELECT count(*)::int AS n FROM profile_retired.node');
      expect(set.n).toBeGreaterThan(0);
      const again = await rebuild(services, {}, 'discard', 5);
      expect(again.difference).toMatchObject({ equal: true, corrections: 0, addsUp: { live: true, shadow: true } });
      expect(await leftovers()).toEqual([]);
    }, 180_000);
  });

  it('follows what live settled by hand: an edited record counts in the shadow as it does in live', async () => {
    const order = orderJson('edited-1', { customer: { id: 'c-edited' }, currency: CURRENCY });
    const event = { id: 'edited-1', source: 'shop-eu', type: 'commerce.order', time: '2026-03-01T10:00:00Z', data: order };
    await hub.sayBroken(event);
    await hub.settle();
    const row = await one<{ id: bigint }>(`SELECT id FROM hub.quarantine WHERE consumer_group = 'profile' AND status = 'open'`);
    expect(await rebuild(services, {}, 'discard', 5)).toMatchObject({ difference: { equal: true, refused: { live: 1, shadow: 1 } } });
    const actor = { name: 'spec', via: 'cli' } as const;
    expect(await editQuarantined(database, actor, row.id, { data: order })).toMatchObject({ kind: 'edited' });
    await redrive(
      { database, stageOf: () => createProfileStage(hub.identityKey), resend: () => Promise.resolve(undefined), now: () => new Date() },
      { filter: {}, action: 'redrive', actor, dryRun: false, limit: 10 },
    );
    await hub.settle();
    expect(await knownProfiles(database)).toContainEqual(expect.stringContaining('shop-eu:c-edited 1'));
    const report = await rebuild(services, {}, 'discard', 5);
    expect(report.difference).toMatchObject({ equal: true, corrections: 0, refused: { live: 0, shadow: 0 } });
    expect(await leftovers()).toEqual([]);
  }, 120_000);

  it('customers joined or torn apart by mistake are put right, and downstream is told', async () => {
    const [joined, lost, torn] = await database.query<{ id: string }>(
      `SELECT profile_id AS id FROM profile.profile WHERE visible AND (document->>'orders')::int > 0
AND (SELECT count(*) FROM profile.node n WHERE n.profile_id = profile.profile_id AND (state->'totals')::jsonb <> '{}' AND kind = 'source-customer') > 1 ORDER BY since LIMIT 3`,
    );
    const known = await knownProfiles(database);
    await database.query('UPDATE profile.node SET profile_id = $1 WHERE profile_id = $2', [joined?.id, lost?.id]);
    await database.query('DELETE FROM profile.profile WHERE profile_id = $1', [lost?.id]);
    // A new id for one of its identifiers, younger than the old one.
    const stray = '00000000-0000-4000-8000-000000000001';
    await database.query(
      `UPDATE profile.node SET profile_id = $2 WHERE node = (SELECT node FROM profile.node WHERE profile_id = $1 AND (state->'totals')::jsonb <> '{}' ORDER BY first_seen DESC LIMIT 1)`,
      [torn?.id, stray],
    );
    await database.query(
      `INSERT INTO profile.profile SELECT $2::uuid, since + 1, NULL, (document::jsonb || jsonb_build_object('profileId', $2::text))::json, search, updated_at, true FROM profile.profile WHERE profile_id = $1`,
      [torn?.id, stray],
    );
    // An identifier whose profile does not exist.
    const guest = await one<{ id: string }>(
      `SELECT profile_id AS id FROM profile.profile WHERE visible AND document->>'kind' = 'GUEST' AND (document->>'orders')::int > 0 ORDER BY 1 LIMIT 1`,
    );
    await database.query(`UPDATE profile.node SET profile_id = '00000000-0000-4000-8000-000000000002' WHERE profile_id = $1`, [guest.id]);
    const report = await rebuild(services, {}, 'swap', 5);
    expect(report.difference.profiles).toMatchObject({ split: 1, merged: 1 });
    expect(report.swapped).toMatchObject({ ended: 1 });
    expect(report.swapped?.identityChanges).toBeGreaterThanOrEqual(2);
    await hub.settle();
    expect(await knownProfiles(database)).toEqual(known);
    await expectDeltasToAddUp(database);
    await expectInsightToAgree();
    const [redirect] = await database.query<{ to: string }>('SELECT merged_into AS to FROM profile.profile WHERE profile_id = $1', [stray]);
    expect(redirect?.to).toBe(torn?.id);
    expect(await one('SELECT visible FROM profile.profile WHERE profile_id = $1', [guest.id])).toEqual({ visible: true });
    expect(await seqGaps()).toEqual([]);
  }, 120_000);

  it('what was told wrongly is corrected downstream', async () => {
    const { profileId } = await one<{ profileId: string }>(
      `SELECT profile_id AS "profileId" FROM profile.profile WHERE visible ORDER BY profile_id LIMIT 1`,
    );
    // As a fault of the hub would have left it: a payment told that no document stands for.
    const told = (seq: bigint): Activity => ({
      profileId,
      seq,
      kind: 'PAYMENT',
      causeSource: 'spec',
      causeId: 'wrong',
      documentId: 'wrong',
      occurredAt: 1_772_000_000_000_000,
      currency: CURRENCY,
      ordersDelta: 0,
      grossDelta: 0n,
      returnsDelta: 0n,
      paidDelta: 12_345n,
      interactionsDelta: 0,
      complaintsDelta: 0,
      detail: null,
      score: null,
    });
    const contract = contracts.activity as unknown as AnyContract;
    const wrong = { contract, id: 'wrong', source: 'tributary/profile', key: profileId, time: '2026-03-01T10:00:00Z', value: told };
    await database.transaction(async (tx) => appendOutbox(tx, await numberEvents(tx, [wrong])));
    await hub.settle();
    await expect(expectInsightToAgree()).rejects.toThrow();
    const report = await rebuild(services, {}, 'keep', 5);
    expect(report.difference).toMatchObject({ equal: false, corrections: 1, profiles: { different: 0 } });
    expect(await goOn(services, 'swap', 5)).toMatchObject({ swapped: { corrections: 1, published: 0, retired: 0 } });
    await hub.settle();
    await expectInsightToAgree();
    await expectDeltasToAddUp(database);
  }, 120_000);
});
