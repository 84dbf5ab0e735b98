import type { Accounting, Overview, PartitionFlow, Reach, TopicFlow } from './api.ts';
import type { FlowRow, OverviewRows } from './flow.view.ts';
import type { Lag } from './lag.ts';

/** Asks for the lag of a consumer at a position; `undefined` when unknown. */
export type LagOf = (topic: string, partition: number, position: bigint) => Lag | undefined;

/** The part of the overview that is read; how old it is when it is sent is said beside it. */
export type OverviewFigures = Omit<Overview, 'staleSeconds' | 'database'>;

/** Puts the figures of the views together: sums per topic and group, and the lag of each partition. */
export function overviewOf(rows: OverviewRows, lagOf: LagOf, kafka: Reach, readAt: Date): OverviewFigures {
  const topics = groupByTopic(rows.flow).map((partitions) => topicFlow(partitions, lagOf));
  return {
    readAt: readAt.toISOString(),
    kafka,
    total: sumOf(topics),
    lagRecords: total(topics.map((topic) => topic.lagRecords)),
    lagSeconds: worst(topics),
    topics,
    outbox: rows.outbox.map((row) => ({
      topic: row.topic,
      published: Number(row.published),
      unsent: Number(row.unsent),
      blocked: Number(row.blocked),
      oldestUnsent: row.oldestUnsent?.toISOString() ?? null,
    })),
    profiles: Number(rows.population.profiles),
    guests: Number(rows.population.guests),
    forecasts: Number(rows.population.forecasts),
    replenishments: Number(rows.population.replenishments),
    segments: rows.segments.map((row) => ({ segment: row.segment, members: Number(row.members) })),
    erp: rows.erp.map((row) => ({
      type: row.type,
      published: Number(row.published),
      accepted: Number(row.accepted),
      refused: Number(row.refused),
      overridden: Number(row.overridden),
      unanswered: Number(row.unanswered),
      failed: Number(row.failed),
    })),
    quarantine: rows.quarantine.map((row) => ({ reason: row.reason, open: Number(row.open) })),
  };
}

function groupByTopic(rows: readonly FlowRow[]): readonly (readonly FlowRow[])[] {
  const groups = new Map<string, FlowRow[]>();
  for (const row of rows) {
    const name = `${row.group}\n${row.topic}`;
    const group = groups.get(name);
    if (group === undefined) groups.set(name, [row]);
    else group.push(row);
  }
  return [...groups.values()];
}

function topicFlow(rows: readonly FlowRow[], lagOf: LagOf): TopicFlow {
  const partitions = rows.map((row) => partitionFlow(row, lagOf(row.topic, row.partition, row.nextOffset)));
  return {
    group: rows[0]?.group ?? '',
    topic: rows[0]?.topic ?? '',
    ...sumOf(partitions),
    lagRecords: total(partitions.map((partition) => partition.lagRecords)),
    lagSeconds: worst(partitions),
    partitions,
  };
}

const partitionFlow = (row: FlowRow, lag: Lag | undefined): PartitionFlow => ({
  partition: row.partition,
  nextOffset: row.nextOffset.toString(),
  consumed: Number(row.consumed),
  applied: Number(row.applied),
  duplicate: Number(row.duplicate),
  stale: Number(row.stale),
  parked: Number(row.parked),
  quarantined: Number(row.quarantined),
  balanced: row.balanced,
  lagRecords: lag === undefined ? null : Number(lag.records),
  lagSeconds: lag?.seconds ?? null,
  updatedAt: row.updatedAt.toISOString(),
});

const sumOf = (parts: readonly Accounting[]): Accounting => {
  const sum = (field: Exclude<keyof Accounting, 'balanced'>): number => parts.reduce((running, part) => running + part[field], 0);
  return {
    consumed: sum('consumed'),
    applied: sum('applied'),
    duplicate: sum('duplicate'),
    stale: sum('stale'),
    parked: sum('parked'),
    quarantined: sum('quarantined'),
    balanced: parts.every((part) => part.balanced),
  };
};

/** A sum with an unknown part is unknown. */
const total = (values: readonly (number | null)[]): number | null =>
  values.reduce<number | null>((sum, value) => (sum === null || value === null ? null : sum + value), 0);

/** The oldest backlog; unknown as soon as one is. */
const worst = (parts: readonly { readonly lagSeconds: number | null }[]): number | null =>
  parts.reduce<number | null>((most, { lagSeconds }) => (most === null || lagSeconds === null ? null : Math.max(most, lagSeconds)), 0);
