import { int8Array, uuidArray, type OutboxEvent, type Transaction } from '@tributary/persistence';
import { LIVE_SCHEMA } from './profile-schema.ts';
import { TOLD_TOPICS, type Told } from './told.ts';

const TOPICS = `ARRAY[${TOLD_TOPICS.map(({ topic }) => `'${topic}'`).join(', ')}]`;
const LAST = TOLD_TOPICS.map(({ topic, told }) => `coalesce(max(seq) FILTER (WHERE topic = '${topic}'), 0)::bigint AS ${told}`).join(', ');
// Numbers stand there only of profiles that ended in a rebuild: mostly of none, which is looked at once.
const LEFT = `DELETE FROM hub.outbox_key k USING unnest($1::uuid[]) AS u (id), unnest(${TOPICS}) AS t (name)
  WHERE EXISTS (SELECT FROM hub.outbox_key WHERE topic = ANY(${TOPICS})) AND k.topic = t.name AND k.key = u.id::text RETURNING k.topic, u.id, k.seq`;

/** Takes the numbers of profiles that ended out of `hub.outbox_key`, for rows that get their ids. */
export async function takeLeftNumbers(tx: Transaction, ids: Buffer): Promise<({ readonly id: string } & Told)[]> {
  return tx.query({ name: 'profile-left-numbers', text: `WITH gone AS (${LEFT}) SELECT id, ${LAST} FROM gone GROUP BY id` }, [ids]);
}

/** Gives rows that were made without numbers those that their ids had before. */
export async function adoptNumbers(tx: Transaction, ids: readonly string[]): Promise<void> {
  const taken = TOLD_TOPICS.map(({ told, column }) => `${column} = greatest(p.${column}, g.${told})`).join(', ');
  await tx.query(
    `WITH gone AS (${LEFT}) UPDATE ${LIVE_SCHEMA}.profile p SET ${taken} FROM (SELECT id, ${LAST} FROM gone GROUP BY id) g WHERE p.profile_id = g.id`,
    [uuidArray(ids)],
  );
}

/** Events with the next numbers of their profiles; those of a profile without a row are left to `hub.outbox_key`. */
export async function numberEvents(tx: Transaction, events: readonly OutboxEvent[]): Promise<OutboxEvent[]> {
  const toldOf = new Map(TOLD_TOPICS.map(({ topic, told }) => [topic, told]));
  const counts = new Map<string, Record<keyof Told, number>>();
  for (const { contract, key } of events) {
    const told = toldOf.get(contract.topic);
    if (told === undefined) continue;
    const count = counts.get(key) ?? { activity: 0, identity: 0, profile: 0 };
    counts.set(key, { ...count, [told]: count[told] + 1 });
  }
  const keys = [...counts].sort(([left], [right]) => (left < right ? -1 : 1));
  const rows = await tx.query<{ id: string } & Told>(
    `UPDATE ${LIVE_SCHEMA}.profile p SET ${TOLD_TOPICS.map(({ told, column }) => `${column} = p.${column} + u.${told}`).join(', ')}
FROM unnest($1::uuid[], $2::bigint[], $3::bigint[], $4::bigint[]) AS u (id, ${TOLD_TOPICS.map(({ told }) => told).join(', ')}) WHERE p.profile_id = u.id
RETURNING p.profile_id AS id, ${TOLD_TOPICS.map(({ told, column }) => `p.${column} - u.${told} AS ${told}`).join(', ')}`,
    [uuidArray(keys.map(([id]) => id)), ...TOLD_TOPICS.map(({ told }) => int8Array(keys.map(([, count]) => count[told])))],
  );
  const next = new Map(rows.map(({ id, ...told }) => [id, { ...told } as Record<keyof Told, bigint>]));
  return events.map((event) => {
    const told = toldOf.get(event.contract.topic);
    const count = next.get(event.key);
    return told === undefined || count === undefined ? event : { ...event, seq: (count[told] += 1n) };
  });
}
