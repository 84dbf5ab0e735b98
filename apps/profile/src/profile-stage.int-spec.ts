import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contractNamed, toHeaders, type Contract } from '@tributary/contracts';
import {
  applyBatch,
  Database,
  groupNumber,
  hubMigrations,
  maintainPartitions,
  migrate,
  openOffset,
  type RawRecord,
} from '@tributary/persistence';
import { createSeller, type Delivery } from '@tributary/seller';
import { knownProfiles, trueProfiles } from '../../../test/support/seller-truth.ts';
import { migrations } from './migrations.ts';
import { createProfileStage } from './profile-stage.ts';

const TOPIC_PARTITION = 0;
const IDENTITY_KEY = '11'.repeat(32);

function record(delivery: Delivery, offset: bigint): RawRecord {
  const contract = contractNamed(delivery.type) as unknown as Contract<unknown>;
  const read = contract.fromJson(delivery.data);
  if (!read.ok) throw new Error(JSON.stringify(read.faults));
  const headers = toHeaders({ id: delivery.id, source: delivery.source, type: delivery.type, time: delivery.time });
  return {
    topic: contract.topic,
    partition: TOPIC_PARTITION,
    offset,
    key: Buffer.from(contract.key(read.value, delivery.source)),
    value: contract.encode(read.value),
    headers,
    timestamp: 0,
  };
}

describe('the profile stage on PostgreSQL', () => {
  const url = new URL(process.env.DATABASE_URL ?? '');
  const name = `profile_${process.pid}`;
  const stage = createProfileStage(IDENTITY_KEY);
  let admin: Database;
  let database: Database;

  beforeAll(async () => {
    admin = new Database({ url: url.href, max: 1, applicationName: 'test' });
    await admin.query(`CREATE DATABASE ${name}`);
    const own = new URL(url.href);
    own.pathname = `/${name}`;
    database = new Database({ url: own.href, max: 4, applicationName: 'test' });
    await migrate(own.href, [...hubMigrations, ...migrations]);
    await maintainPartitions(database, new Date(), { inboxMonths: 3, outboxDays: 7 });
  }, 60_000);

  afterAll(async () => {
    await database.close();
    await admin.query(`DROP DATABASE ${name} WITH (FORCE)`);
    await admin.close();
  });

  it('finds the truth of a simulated seller: who is one customer, and every sum', async () => {
    const seller = createSeller({ seed: 7, customers: 80, days: 60, anchorDay: 20_513 });
    const groupId = await groupNumber(database, stage.group);
    const topics = new Set(stage.reads.map((contract) => contract.topic));
    const waiting = new Map<string, RawRecord[]>();
    let total = 0;
    for (const delivery of seller.deliveries) {
      const topic = contractNamed(delivery.type)?.topic ?? '';
      if (!topics.has(topic)) continue;
      const list = waiting.get(topic) ?? waiting.set(topic, []).get(topic) ?? [];
      list.push(record(delivery, BigInt(list.length)));
      total += 1;
    }
    for (const topic of waiting.keys()) await openOffset(database, stage.group, topic, TOPIC_PARTITION, 0n);
    const sum = { applied: 0, duplicate: 0, stale: 0, quarantined: 0 };
    const context = { database, stage, groupId, now: () => new Date() };
    for (let start = 0; ; start += 150) {
      const slices = [...waiting].flatMap(([topic, list]) => {
        const records = list.slice(start, start + 150);
        return records.length === 0
          ? []
          : [{ topic, partition: TOPIC_PARTITION, expected: BigInt(start), next: BigInt(start + records.length), records }];
      });
      if (slices.length === 0) break;
      const result = await applyBatch(context, slices);
      for (const key of Object.keys(sum) as (keyof typeof sum)[]) sum[key] += result[key];
    }
    expect(sum.quarantined).toBe(0);
    expect(sum.applied + sum.duplicate + sum.stale).toBe(total);
    expect(sum.duplicate).toBeGreaterThan(0);
    expect(await knownProfiles(database)).toEqual(trueProfiles(seller));
  }, 120_000);
});
