import type { Queryable, Transaction } from '@tributary/persistence';
import { LIVE_SCHEMA } from '../profile-schema.ts';
import type { Adopted } from './adopt-live-ids.ts';
import { compareProfiles, type ProfileDifference, type ProfileExample } from './compare-profiles.ts';
import { compareRows, type RowDifference, type RowExample } from './compare-rows.ts';
import { compareMoney, countSide, type MoneyDifference, type SideCounts } from './compare-totals.ts';
import { countCorrections } from './corrections.ts';
import { LIVE_GROUP, SHADOW_GROUP, SHADOW_SCHEMA } from './shadow.ts';

/** What a swap would change. */
export interface ShadowDifference {
  /** Nothing of content differs, and what was told downstream agrees with it. */
  readonly equal: boolean;
  readonly live: SideCounts;
  readonly shadow: SideCounts;
  readonly profiles: ProfileDifference & {
    /** Profiles that are the same up to their id, which the order of arrival gave. */
    readonly renamed: number;
    /** Live profiles that the shadow joins, and profiles it takes apart. */
    readonly merged: number;
    readonly split: number;
  };
  readonly rows: Readonly<Record<'document' | 'node' | 'edge', RowDifference>>;
  readonly money: readonly MoneyDifference[];
  /** Whether the profiles of a side have the sums of its documents, in every currency. */
  readonly addsUp: { readonly live: boolean; readonly shadow: boolean };
  /** Records of the replayed range that went to quarantine, or wait behind one that did. */
  readonly refused: { readonly live: number; readonly shadow: number };
  /** Activity that a swap would publish, so that what was told downstream agrees with the documents again; `null`: not known. */
  readonly corrections: number | null;
  readonly examples: { readonly profiles: readonly ProfileExample[]; readonly rows: readonly RowExample[] };
}

/** Compares the sides inside one transaction; the shadow has live's ids by now. At most `limit` examples of each kind. */
export async function compareShadow(tx: Transaction, adopted: Adopted, limit: number): Promise<ShadowDifference> {
  const profiles = await compareProfiles(tx, limit);
  const rows = await compareRows(tx, limit);
  const differ = [...Object.values(rows.tables), profiles.counts].some((entry) => entry.onlyLive + entry.onlyShadow + entry.different > 0);
  const money = await compareMoney(tx);
  const stepsOf = (change: string): number => adopted.steps.filter((step) => step.change === change).length;
  const [merged, split] = [stepsOf('MERGED'), stepsOf('SPLIT')];
  const corrections = await countCorrections(tx, SHADOW_SCHEMA);
  return {
    equal: !differ && corrections + merged + split + adopted.vanished.length === 0,
    live: await countSide(tx, LIVE_SCHEMA),
    shadow: await countSide(tx, SHADOW_SCHEMA),
    profiles: { ...profiles.counts, renamed: adopted.renamed, merged, split },
    rows: rows.tables,
    money,
    addsUp: { live: addsUp(money, 'live'), shadow: addsUp(money, 'shadow') },
    refused: { live: await refused(tx, LIVE_GROUP), shadow: await refused(tx, SHADOW_GROUP) },
    corrections,
    examples: { profiles: profiles.examples, rows: rows.examples },
  };
}

function addsUp(money: readonly MoneyDifference[], side: 'live' | 'shadow'): boolean {
  const sums = (of: MoneyDifference['of']): string[] =>
    money.filter((row) => row.of === of && row[side] !== 0n).map((row) => `${row.currency} ${row.amount} ${row[side]}`);
  return JSON.stringify(sums('profiles')) === JSON.stringify(sums('documents'));
}

/** Records that a group could not apply, where the shadow has been. */
async function refused(db: Queryable, group: string): Promise<number> {
  const [row] = await db.query<{ n: number }>(
    `SELECT count(*)::int AS n FROM hub.quarantine q JOIN hub.consumer_offset o ON o.consumer_group = $2 AND o.topic = q.topic AND o.partition = q.partition
  AND q.record_offset >= o.first_offset AND q.record_offset < o.next_offset WHERE q.consumer_group = $1 AND q.status = 'open'`,
    [group, SHADOW_GROUP],
  );
  return row?.n ?? 0;
}
