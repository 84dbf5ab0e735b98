import type { Queryable } from '@tributary/persistence';

/** A row of console.flow_view: what one group did with one partition. */
export interface FlowRow {
  readonly group: string;
  readonly topic: string;
  readonly partition: number;
  readonly nextOffset: bigint;
  readonly consumed: bigint;
  readonly applied: bigint;
  readonly duplicate: bigint;
  readonly stale: bigint;
  readonly parked: bigint;
  readonly quarantined: bigint;
  readonly balanced: boolean;
  readonly updatedAt: Date;
}

/** A row of console.outbox_view. */
interface OutboxRow {
  readonly topic: string;
  readonly published: bigint;
  readonly unsent: bigint;
  readonly blocked: bigint;
  readonly oldestUnsent: Date | null;
}

/** Every figure of the overview, as the views give them. */
export interface OverviewRows {
  readonly flow: readonly FlowRow[];
  readonly outbox: readonly OutboxRow[];
  readonly population: { readonly profiles: bigint; readonly guests: bigint; readonly forecasts: bigint; readonly replenishments: bigint };
  readonly segments: readonly { readonly segment: string; readonly members: bigint }[];
  readonly erp: readonly {
    readonly type: string;
    readonly published: bigint;
    readonly accepted: bigint;
    readonly refused: bigint;
    readonly overridden: bigint;
    readonly unanswered: bigint;
    readonly failed: bigint;
  }[];
  readonly quarantine: readonly { readonly reason: string; readonly open: bigint }[];
}

const FLOW = `SELECT consumer_group AS "group", topic, partition, next_offset AS "nextOffset", consumed, applied, duplicate, stale, parked,
  quarantined, balanced, updated_at AS "updatedAt" FROM console.flow_view ORDER BY consumer_group, topic, partition`;
const OUTBOX = `SELECT topic, published, unsent, blocked, oldest_unsent AS "oldestUnsent" FROM console.outbox_view ORDER BY topic`;
const POPULATION = `SELECT p.profiles, p.guests, (SELECT count(*) FROM console.forecast_view) AS forecasts, (SELECT count(*) FROM console.replenishment_view) AS replenishments
FROM (SELECT count(*) FILTER (WHERE kind <> 'GUEST') AS profiles, count(*) FILTER (WHERE kind = 'GUEST') AS guests FROM console.profile_view) p`;
const SEGMENTS = `SELECT segment, members FROM console.segment_count_view ORDER BY members DESC, segment LIMIT 50`;
const ERP = `SELECT type, count(*) AS published, count(*) FILTER (WHERE decision = 'ACCEPTED') AS accepted,
  count(*) FILTER (WHERE decision = 'REFUSED') AS refused, count(*) FILTER (WHERE decision = 'OVERRIDDEN') AS overridden,
  count(*) FILTER (WHERE decision IS NULL) AS unanswered,
  count(*) FILTER (WHERE status = 'failed') AS failed FROM console.delivery_view GROUP BY type ORDER BY type`;
const QUARANTINE = `SELECT reason, count(*) AS open FROM console.quarantine_view WHERE status = 'open' GROUP BY reason ORDER BY open DESC, reason`;

/** Reads all figures of the overview. */
export async function readOverview(db: Queryable): Promise<OverviewRows> {
  const [flow, outbox, population, segments, erp, quarantine] = await Promise.all([
    db.query<FlowRow>(FLOW),
    db.query<OutboxRow>(OUTBOX),
    db.query<OverviewRows['population']>(POPULATION),
    db.query<OverviewRows['segments'][number]>(SEGMENTS),
    db.query<OverviewRows['erp'][number]>(ERP),
    db.query<OverviewRows['quarantine'][number]>(QUARANTINE),
  ]);
  const [counts] = population;
  if (counts === undefined) throw new Error('a SELECT of counts gave no row');
  return { flow, outbox, population: counts, segments, erp, quarantine };
}
