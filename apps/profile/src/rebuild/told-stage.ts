import { contracts, type Activity, type AnyContract, type IdentityChange } from '@tributary/contracts';
import {
  int4Array,
  int8Array,
  textArray,
  uuidArray,
  type Queryable,
  type Stage,
  type Transaction,
  type UnitOfWork,
} from '@tributary/persistence';

/** Consumer group of the {@link createToldStage}. */
export const TOLD_GROUP = 'profile-shadow-told';
export const toldContracts = [contracts.activity, contracts.identityChange] as unknown as readonly AnyContract[];

/** Tables of the told stage, in a shadow's schema. */
export async function createToldTables(db: Queryable, schema: string): Promise<void> {
  await db.query(`
-- What was published about each document of each profile, added up. '' and -1 stand for no currency and no score.
CREATE TABLE ${schema}.told (
  profile_id uuid NOT NULL, document_id text NOT NULL, occurred_at bigint NOT NULL, currency text NOT NULL, score integer NOT NULL,
  orders bigint NOT NULL, gross bigint NOT NULL, returned bigint NOT NULL, paid bigint NOT NULL, interactions bigint NOT NULL, complaints bigint NOT NULL,
  PRIMARY KEY (profile_id, document_id, occurred_at, currency, score)
);
CREATE TABLE ${schema}.told_merge (other uuid PRIMARY KEY, survivor uuid NOT NULL);
-- How many events of a key were read and the greatest sequence number: equal means that none is missing.
CREATE TABLE ${schema}.told_key (topic text NOT NULL, key text NOT NULL, seq bigint NOT NULL, events bigint NOT NULL, PRIMARY KEY (topic, key));
`);
}

type Sums = readonly [orders: bigint, gross: bigint, returned: bigint, paid: bigint, interactions: bigint, complaints: bigint];
interface Told extends Pick<Activity, 'profileId' | 'documentId' | 'occurredAt'> {
  readonly currency: string;
  readonly score: number;
  readonly sums: Sums;
}

/**
 * Adds up what consumers downstream were told, read from the topics themselves: whatever happened to the tables, a correction is the
 * difference between this and the truth.
 */
export function createToldStage(schema: string): Stage {
  return {
    group: TOLD_GROUP,
    reads: toldContracts,
    open(tx): Promise<UnitOfWork> {
      const told = new Map<string, Told>();
      const merges = new Map<string, string>();
      const keys = new Map<string, { topic: string; key: string; seq: bigint; events: bigint }>();
      return Promise.resolve({
        apply({ contract, value }) {
          const { profileId, seq } = value as Activity | IdentityChange;
          const name = `${contract.topic}\n${profileId}`;
          const key = keys.get(name) ?? { topic: contract.topic, key: profileId, seq: 0n, events: 0n };
          keys.set(name, { ...key, seq: seq > key.seq ? seq : key.seq, events: key.events + 1n });
          if (contract.name === contracts.activity.name) addActivity(told, value as Activity);
          else addMerge(merges, value as IdentityChange);
          return { kind: 'applied' };
        },
        async close() {
          await saveKeys(tx, schema, [...keys.values()]);
          await saveTold(tx, schema, [...told.values()]);
          await saveMerges(tx, schema, [...merges]);
          return [];
        },
      });
    },
  };
}

function addActivity(told: Map<string, Told>, activity: Activity): void {
  const { profileId, documentId, occurredAt } = activity;
  const currency = activity.currency ?? '';
  const score = activity.score ?? -1;
  const name = [profileId, documentId, occurredAt, currency, score].join('\n');
  const before = told.get(name)?.sums ?? [0n, 0n, 0n, 0n, 0n, 0n];
  const by: Sums = [
    BigInt(activity.ordersDelta),
    activity.grossDelta,
    activity.returnsDelta,
    activity.paidDelta,
    BigInt(activity.interactionsDelta),
    BigInt(activity.complaintsDelta),
  ];
  told.set(name, {
    profileId,
    documentId,
    occurredAt,
    currency,
    score,
    sums: before.map((sum, index) => sum + (by[index] ?? 0n)) as unknown as Sums,
  });
}

function addMerge(merges: Map<string, string>, { change, profileId, otherProfileId }: IdentityChange): void {
  if (change === 'MERGED' && otherProfileId !== null) merges.set(otherProfileId, profileId);
}

async function saveKeys(
  tx: Transaction,
  schema: string,
  rows: readonly { topic: string; key: string; seq: bigint; events: bigint }[],
): Promise<void> {
  if (rows.length === 0) return;
  await tx.query(
    `INSERT INTO ${schema}.told_key AS k SELECT * FROM unnest($1::text[], $2::text[], $3::bigint[], $4::bigint[]) ORDER BY 1, 2
ON CONFLICT (topic, key) DO UPDATE SET seq = greatest(k.seq, excluded.seq), events = k.events + excluded.events`,
    [
      textArray(rows.map((row) => row.topic)),
      textArray(rows.map((row) => row.key)),
      int8Array(rows.map((row) => row.seq)),
      int8Array(rows.map((row) => row.events)),
    ],
  );
}

async function saveTold(tx: Transaction, schema: string, all: readonly Told[]): Promise<void> {
  const rows = all.filter((row) => row.sums.some((sum) => sum !== 0n));
  if (rows.length === 0) return;
  const sum = (index: number): Buffer => int8Array(rows.map((row) => row.sums[index] ?? 0n));
  await tx.query(
    `INSERT INTO ${schema}.told AS t SELECT * FROM unnest($1::uuid[], $2::text[], $3::bigint[], $4::text[], $5::int[],
  $6::bigint[], $7::bigint[], $8::bigint[], $9::bigint[], $10::bigint[], $11::bigint[]) ORDER BY 1, 2, 3, 4, 5
ON CONFLICT (profile_id, document_id, occurred_at, currency, score) DO UPDATE SET orders = t.orders + excluded.orders, gross = t.gross + excluded.gross,
  returned = t.returned + excluded.returned, paid = t.paid + excluded.paid, interactions = t.interactions + excluded.interactions, complaints = t.complaints + excluded.complaints`,
    [
      uuidArray(rows.map((row) => row.profileId)),
      textArray(rows.map((row) => row.documentId)),
      int8Array(rows.map((row) => BigInt(row.occurredAt))),
      textArray(rows.map((row) => row.currency)),
      int4Array(rows.map((row) => row.score)),
      sum(0),
      sum(1),
      sum(2),
      sum(3),
      sum(4),
      sum(5),
    ],
  );
}

async function saveMerges(tx: Transaction, schema: string, merges: readonly (readonly [string, string])[]): Promise<void> {
  if (merges.length === 0) return;
  await tx.query(`INSERT INTO ${schema}.told_merge SELECT * FROM unnest($1::uuid[], $2::uuid[]) ORDER BY 1 ON CONFLICT DO NOTHING`, [
    uuidArray(merges.map(([other]) => other)),
    uuidArray(merges.map(([, survivor]) => survivor)),
  ]);
}
