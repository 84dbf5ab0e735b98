import { appNames, topology, type AppName } from '@tributary/contracts';
import type { WatermarkReader } from '@tributary/kafka';
import type { Database } from '@tributary/persistence';
import { readBooks, type PartitionBooks } from '@tributary/persistence';

/** Where the loop stands: what the demo shows, and what it waits for. */
export interface FlowFigures {
  readonly partitions: readonly PartitionBooks[];
  readonly consumed: bigint;
  readonly applied: bigint;
  readonly duplicate: bigint;
  readonly stale: bigint;
  readonly parked: bigint;
  readonly quarantined: bigint;
  readonly balanced: boolean;
  /** Records that are in Kafka and not yet applied, all groups together. */
  readonly lag: bigint;
  readonly unsent: bigint;
  readonly profiles: number;
  readonly segments: number;
  readonly forecasts: number;
  readonly published: number;
  readonly accepted: number;
  readonly refused: number;
  readonly overridden: number;
}

/** Consumer groups of each topic, by the topology. */
const readers = new Map<string, AppName[]>();
for (const app of appNames)
  for (const contract of topology[app].reads) readers.set(contract.topic, [...(readers.get(contract.topic) ?? []), app]);

const COUNTS = `SELECT
  (SELECT coalesce(sum(rows), 0)::bigint FROM hub.outbox_pending) + (SELECT count(*) FROM hub.outbox_held) AS unsent,
  (SELECT count(*)::int FROM profile.profile WHERE visible) AS profiles,
  (SELECT count(*)::int FROM insight.segment_member) AS segments,
  (SELECT count(*)::int FROM console.forecast_view) AS forecasts,
  d.* FROM (SELECT count(*)::int AS published, count(*) FILTER (WHERE decision = 'ACCEPTED')::int AS accepted,
    count(*) FILTER (WHERE decision = 'REFUSED')::int AS refused, count(*) FILTER (WHERE decision = 'OVERRIDDEN')::int AS overridden FROM console.delivery_view) AS d`;

type Counts = Pick<FlowFigures, 'unsent' | 'profiles' | 'segments' | 'forecasts' | 'published' | 'accepted' | 'refused' | 'overridden'>;

/** Reads all figures at once: positions before watermarks, so that lag is never understated. */
export async function readFlow(database: Database, watermarks: WatermarkReader): Promise<FlowFigures> {
  const partitions = await readBooks(database);
  const [counts] = await database.query<Counts>(COUNTS);
  if (counts === undefined) throw new Error('the figures query gave no row');
  const next = new Map<string, bigint>();
  for (const row of partitions) next.set(`${row.group} ${row.topic}/${row.partition}`, row.next);
  let lag = 0n;
  for (const mark of await watermarks.read([...readers.keys()])) {
    for (const group of readers.get(mark.topic) ?? []) {
      const position = next.get(`${group} ${mark.topic}/${mark.partition}`) ?? mark.low;
      if (mark.high > position) lag += mark.high - position;
    }
  }
  const sum = (read: (row: PartitionBooks) => bigint): bigint => partitions.reduce((total, row) => total + read(row), 0n);
  return {
    partitions,
    ...counts,
    lag,
    consumed: sum((row) => row.consumed),
    applied: sum((row) => row.applied),
    duplicate: sum((row) => row.duplicate),
    stale: sum((row) => row.stale),
    parked: sum((row) => row.parked),
    quarantined: sum((row) => row.quarantined),
    balanced: partitions.every((row) => row.consumed === row.accounted),
  };
}
