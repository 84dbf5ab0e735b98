import { describe, expect, it } from '@jest/globals';
import type { FlowRow, OverviewRows } from './flow.view.ts';
import { overviewOf } from './overview.ts';

const row = (over: Partial<FlowRow>): FlowRow => ({
  group: 'profile',
  topic: 'commerce.order.v1',
  partition: 0,
  nextOffset: 10n,
  consumed: 10n,
  applied: 7n,
  duplicate: 1n,
  stale: 1n,
  parked: 0n,
  quarantined: 1n,
  balanced: true,
  updatedAt: new Date(0),
  ...over,
});
const rows = (flow: readonly FlowRow[]): OverviewRows => ({
  flow,
  outbox: [{ topic: 'customer.profile.v1', published: 5n, unsent: 2n, blocked: 0n, oldestUnsent: new Date(1000) }],
  population: { profiles: 3n, guests: 1n, forecasts: 2n, replenishments: 2n },
  segments: [{ segment: 'loyal', members: 2n }],
  erp: [{ type: 'erp.forecast', published: 4n, accepted: 1n, refused: 1n, overridden: 1n, unanswered: 1n, failed: 0n }],
  quarantine: [{ reason: 'currency', open: 1n }],
});
const two = [row({}), row({ partition: 1, nextOffset: 4n, consumed: 4n, applied: 4n, duplicate: 0n, stale: 0n, quarantined: 0n })];

describe('overviewOf', () => {
  it('sums partitions into topics and topics into a total, apart by group', () => {
    const overview = overviewOf(
      rows([...two, row({ group: 'forecast' })]),
      () => ({ records: 3n, seconds: 2 }),
      { state: 'up' },
      new Date(0),
    );
    expect(overview.topics.map(({ group, consumed, lagRecords, partitions }) => [group, consumed, lagRecords, partitions.length])).toEqual([
      ['profile', 14, 6, 2],
      ['forecast', 10, 3, 1],
    ]);
    expect(overview.total).toEqual({ consumed: 24, applied: 18, duplicate: 2, stale: 2, parked: 0, quarantined: 2, balanced: true });
    expect(overview).toMatchObject({
      lagRecords: 9,
      lagSeconds: 2,
      profiles: 3,
      guests: 1,
      outbox: [{ oldestUnsent: '1970-01-01T00:00:01.000Z' }],
    });
  });
  it('is out of balance when one partition is', () =>
    expect(
      overviewOf(rows([row({}), row({ partition: 1, balanced: false })]), () => undefined, { state: 'up' }, new Date(0)).total.balanced,
    ).toBe(false));
  it('tells no lag where one part of it is unknown', () => {
    const lagOf = (_topic: string, partition: number) => (partition === 0 ? { records: 1n, seconds: 1 } : undefined);
    const [topic] = overviewOf(rows(two), lagOf, { state: 'up' }, new Date(0)).topics;
    expect([topic?.lagRecords, topic?.lagSeconds, topic?.partitions[0]?.lagRecords]).toEqual([null, null, 1]);
  });
  it('is empty and balanced before the first event', () =>
    expect(overviewOf(rows([]), () => undefined, { state: 'unknown' }, new Date(0))).toMatchObject({
      lagRecords: 0,
      total: { consumed: 0, balanced: true },
    }));
});
