import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contracts, toHeaders, type Activity } from '@tributary/contracts';
import { createKafka, createProducer, createTopics, RangeReader, WatermarkReader } from '@tributary/kafka';
import { applyBatch, groupNumber, listOperations, openOffset, type RawRecord } from '@tributary/persistence';
import { hubUnderTest, paymentRecord, type HubUnderTest } from '../../../test/support/hub-under-test.ts';
import { runProgram, runProgramJson } from '../../../test/support/run-program.ts';
import { liveStages } from '../repair/live-stages.ts';
import { quietLog } from '../services/quiet-log.ts';
import type { ReplayReport } from './replay.ts';

const { topic } = contracts.payment;
const PARTITION = 0;

describe('tributary replay', () => {
  const kafka = createKafka((process.env.KAFKA_BROKERS ?? '').split(','), 'spec', quietLog);
  const producer = createProducer(kafka);
  const watermarks = new WatermarkReader(kafka);
  let hub: HubUnderTest;
  /** End of the partition before this spec: the broker is shared. */
  let base = 0n;
  beforeAll(async () => {
    hub = await hubUnderTest();
    await createTopics(
      kafka,
      [topic, contracts.activity.topic].map((name) => ({ topic: name, partitions: 1, compacted: false })),
    );
    await producer.connect();
    base = await end(topic);
    await produce([1, 2, 3, 4, 5].map((n) => paymentRecord({ id: `p-${n}`, cents: 100 * n })));
    // The third never reached the profile: somebody moved the offset over it.
    const stage = liveStages(hub.config).get('profile');
    if (stage === undefined) throw new Error('there is no profile stage');
    await openOffset(hub.database, 'profile', topic, PARTITION, base);
    const records = (await read(base, base + 5n)).filter((record) => record.offset !== base + 2n);
    const context = { database: hub.database, stage, groupId: await groupNumber(hub.database, 'profile'), now: () => new Date() };
    await applyBatch(context, [{ topic, partition: PARTITION, expected: base, next: base + 5n, records }]);
  }, 90_000);
  afterAll(async () => {
    await Promise.all([producer.disconnect(), watermarks.close()]);
    await hub.drop();
  });

  const end = async (name: string): Promise<bigint> =>
    (await watermarks.read([name])).find((mark) => mark.partition === PARTITION)?.high ?? 0n;
  const produce = async (
    records: readonly Pick<RawRecord, 'key' | 'value' | 'headers'>[],
    name = topic,
    timestamp?: string,
  ): Promise<void> =>
    void (await producer.send({
      topic: name,
      messages: records.map(({ key, value, headers }) => ({
        key,
        value,
        headers: headers as Record<string, string>,
        partition: PARTITION,
        ...(timestamp === undefined ? {} : { timestamp }),
      })),
    }));
  async function read(from: bigint, to: bigint): Promise<RawRecord[]> {
    const reader = await RangeReader.open({ kafka, topics: [topic] });
    const found: RawRecord[] = [];
    await reader.read([{ topic, partition: PARTITION, from, to }], (slice) => Promise.resolve(void found.push(...slice.records)));
    await reader.close();
    return found;
  }
  const range = (): string[] => ['--contract', 'commerce.payment', '--from', String(base), '--partition', String(PARTITION)];

  it('a dry run finds what is missing and changes nothing', async () => {
    const { code, json } = await runProgramJson<ReplayReport>('replay', ...range(), '--dry-run');
    expect({ code, json }).toMatchObject({
      code: 0,
      json: {
        dryRun: true,
        operation: null,
        groups: [{ group: 'profile', read: 5, matched: 5, fates: { applied: 1, duplicate: 4, failed: 0 } }],
      },
    });
    expect(json.groups[0]?.examples).toMatchObject([{ offset: String(base + 2n), key: 'shop/c/c-1', fate: 'applied' }]);
    expect(await hub.paid()).toBe('120000');
  });

  it('another key or another range touches nothing', async () => {
    expect(await runProgramJson('replay', ...range(), '--key', 'shop/c/other')).toMatchObject({
      json: { groups: [{ read: 5, matched: 0, fates: { applied: 0 } }] },
    });
    expect(await runProgramJson('replay', ...range(), '--to', String(base + 2n))).toMatchObject({
      json: { groups: [{ read: 2, fates: { applied: 0, duplicate: 2 } }] },
    });
    const soon = new Date(Date.now() + 3_600_000).toISOString();
    expect(await runProgramJson('replay', '--contract', 'commerce.payment', '--from', soon)).toMatchObject({
      json: { groups: [{ read: 0 }] },
    });
    expect(await hub.paid()).toBe('120000');
  });

  it('applies what was missing, once, publishes it, and leaves offsets and tallies alone; records behind the consumer are not touched', async () => {
    const books = 'SELECT next_offset, applied, gaps FROM hub.consumer_offset';
    const before = await hub.database.query(books);
    await produce([paymentRecord({ id: 'p-6', cents: 600 })]);
    const [first, second] = [
      await runProgramJson<ReplayReport>('replay', ...range()),
      await runProgramJson<ReplayReport>('replay', ...range()),
    ];
    expect(first).toMatchObject({ code: 0, json: { groups: [{ read: 5, fates: { applied: 1, duplicate: 4 } }] } });
    expect(first.json.groups[0]?.published).toBeGreaterThan(0);
    expect(second.json.groups[0]).toMatchObject({ read: 5, fates: { applied: 0, duplicate: 5 } });
    expect(await hub.paid()).toBe('150000');
    expect(await hub.database.query(books)).toEqual(before);
    expect((await listOperations(hub.database, 1))[0]).toMatchObject({ kind: 'replay', result: { groups: [{ fates: { duplicate: 5 } }] } });
    expect((await runProgram('replay', ...range())).out).toContain('duplicate');
  });

  it('what is set aside is left to its redrive, and what cannot be applied is told', async () => {
    const from = await end(topic);
    const spare = { ...paymentRecord({ id: 'p-8', cents: 1 }), value: Buffer.from('broken') };
    await produce([spare, paymentRecord({ id: 'p-9', cents: 900 }), { ...spare, key: Buffer.from('shop/c/c-2') }]);
    const records = await read(from, from + 2n);
    const stage = liveStages(hub.config).get('profile');
    if (stage === undefined) throw new Error('there is no profile stage');
    const context = { database: hub.database, stage, groupId: await groupNumber(hub.database, 'profile'), now: () => new Date() };
    // One failed, one waits behind it, and one broken record was moved over.
    const slice = { topic, partition: PARTITION, expected: base + 5n, next: from + 3n, records };
    await applyBatch(context, [slice]);
    const { code, json } = await runProgramJson<ReplayReport>('replay', '--contract', 'commerce.payment', '--from', String(from));
    expect({ code, json }).toMatchObject({
      code: 1,
      json: {
        groups: [
          {
            fates: { applied: 0, quarantined: 1, parked: 1, failed: 1 },
            examples: [{ fate: 'failed', why: expect.stringContaining('no-frame') }],
          },
        ],
      },
    });
    expect(await hub.database.query('SELECT FROM hub.quarantine')).toHaveLength(1);
  });

  it('refuses what nobody reads, and what is older than the memory of a stage that knows events by the inbox alone', async () => {
    expect(await runProgram('replay', '--contract', 'no.such')).toMatchObject({ code: 3 });
    expect(await runProgram('replay', '--contract', 'commerce.payment', '--group', 'forecast')).toMatchObject({ code: 3 });
    const name = contracts.activity.topic;
    const from = await end(name);
    await produce([activityRecord()], name, String(Date.UTC(2001, 0)));
    await openOffset(hub.database, 'insight', name, PARTITION, from + 1n);
    const ended = await runProgram('replay', '--contract', 'customer.activity', '--from', String(from));
    expect(ended).toMatchObject({ code: 1, fault: expect.stringContaining('older than the memory of insight') });
  });
});

function activityRecord(): Pick<RawRecord, 'key' | 'value' | 'headers'> {
  const profileId = randomUUID();
  const activity: Activity = {
    profileId,
    seq: 1n,
    kind: 'PAYMENT',
    causeSource: 'shop',
    causeId: 'event-1',
    documentId: 'p-1',
    occurredAt: 1_770_000_000_000_000,
    currency: 'EUR',
    ordersDelta: 0,
    grossDelta: 0n,
    returnsDelta: 0n,
    paidDelta: 1n,
    interactionsDelta: 0,
    complaintsDelta: 0,
    detail: null,
    score: null,
  };
  return {
    key: Buffer.from(profileId),
    value: contracts.activity.encode(activity),
    headers: toHeaders({ id: randomUUID(), source: 'profile', type: 'customer.activity', time: '2001-01-01T00:00:00Z' }),
  };
}
