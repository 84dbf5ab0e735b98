import { hash as hashOf } from 'node:crypto';
import { int8Array, textArray } from './binary-array.ts';
import type { Database, Queryable } from './database.ts';
import type { RawRecord } from './stage.ts';

/** Keys of a topic that are remembered: up to as many its keys are counted exactly, beyond with a standard error of 3 %. */
export const SAMPLED_KEYS = 1_024;
/** Hashes lie below this: they are the first 60 bits of sha256. */
const DIGITS = 15;
const HASHES = 16n ** BigInt(DIGITS);

const SAMPLE = {
  name: 'key-sample',
  text: `SELECT hash FROM hub.key_sample WHERE topic = $1 ORDER BY hash LIMIT ${SAMPLED_KEYS}`,
};
const ADD = {
  name: 'key-sample-add',
  text: 'INSERT INTO hub.key_sample (topic, hash) SELECT * FROM unnest($1::text[], $2::bigint[]) ORDER BY 1, 2 ON CONFLICT DO NOTHING',
};

/** Smallest hashes of a topic's keys, ascending, as this process knows them. */
interface Smallest {
  readonly hashes: readonly bigint[];
  /** Hexadecimal digits from which on a hash is none of them. */
  readonly bound: string;
}

/** Behind every hash: room for more. */
const UNBOUND = 'g';

function smallestOf(ascending: readonly bigint[]): Smallest {
  const hashes = ascending.slice(0, SAMPLED_KEYS);
  const largest = hashes[SAMPLED_KEYS - 1];
  return { hashes, bound: largest === undefined ? UNBOUND : largest.toString(16).padStart(DIGITS, '0') };
}

const known = new WeakMap<Database, Map<string, Smallest>>();

/**
 * Notes which keys the records have, so that the number of a topic's keys can be told. Only the {@link SAMPLED_KEYS} smallest hashes count
 * and each process remembers them, so that once a topic is known this costs a hash a record and hardly ever a statement. Not part of any
 * batch's transaction: a key that came in a batch that is rolled back is a key of the topic all the same.
 */
export async function noteKeys(database: Database, records: readonly Pick<RawRecord, 'topic' | 'key'>[]): Promise<void> {
  const topics = known.get(database) ?? new Map<string, Smallest>();
  known.set(database, topics);
  const found = new Map<string, Set<bigint>>();
  for (const { topic, key } of records) {
    if (key === null) continue;
    const smallest = topics.get(topic) ?? smallestOf(await smallestHashes(database, topic));
    topics.set(topic, smallest);
    const digits = hashOf('sha256', key);
    // As text, since nearly every record ends here: digits of one length compare as numbers do.
    if (digits >= smallest.bound) continue;
    const hash = BigInt(`0x${digits.slice(0, DIGITS)}`);
    if (smallest.hashes[placeOf(smallest.hashes, hash)] !== hash) found.set(topic, (found.get(topic) ?? new Set<bigint>()).add(hash));
  }
  if (found.size === 0) return;
  const rows = [...found].flatMap(([topic, hashes]) => [...hashes].map((hash) => ({ topic, hash })));
  await database.query(ADD, [textArray(rows.map((row) => row.topic)), int8Array(rows.map((row) => row.hash))]);
  for (const [topic, hashes] of found) {
    const merged = [...new Set([...(topics.get(topic)?.hashes ?? []), ...hashes])].sort((left, right) => (left < right ? -1 : 1));
    topics.set(topic, smallestOf(merged));
  }
}

/**
 * About how many keys a topic has: exact up to {@link SAMPLED_KEYS}, beyond from how densely the smallest hashes lie (k minimum values;
 * Bar-Yossef et al. 2002). Reads at most as many rows as are sampled.
 */
export async function sampledKeys(db: Queryable, topic: string): Promise<number> {
  const smallest = await smallestHashes(db, topic);
  const largest = smallest.at(-1);
  if (largest === undefined || smallest.length < SAMPLED_KEYS) return smallest.length;
  return Math.round((smallest.length - 1) / (Number(largest) / Number(HASHES)));
}

async function smallestHashes(db: Queryable, topic: string): Promise<bigint[]> {
  return (await db.query<{ hash: bigint }>(SAMPLE, [topic])).map((row) => row.hash);
}

/** Index of the first hash that is not smaller. */
function placeOf(smallest: readonly bigint[], hash: bigint): number {
  let low = 0;
  let high = smallest.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((smallest[middle] ?? HASHES) < hash) low = middle + 1;
    else high = middle;
  }
  return low;
}
