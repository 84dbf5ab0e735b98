import { contractOfTopic, fromHeaders } from '@tributary/contracts';
import { RangeReader, WatermarkReader, type Kafka } from '@tributary/kafka';
import type { AuditFault, Database } from '@tributary/persistence';

/** What a topic holds beside what the outbox says was published to it. */
export interface TopicAudit {
  readonly topic: string;
  /** Records of the topic, and of these the ones that repeat an event. */
  readonly records: number;
  readonly duplicates: number;
  /** Events of the outbox that were published by the moment of the audit. */
  readonly published: number;
  /** Of these, how many the topic lacks. */
  readonly missing: number;
  /** Events of the topic that the outbox should know and does not. */
  readonly unknown: number;
  /** Keys whose numbers have a gap on the topic. */
  readonly gaps: number;
}

/** Topics against the outbox. */
export interface TopicsAudit {
  readonly topics: readonly TopicAudit[];
  readonly faults: readonly AuditFault[];
}

interface PublishedRow {
  readonly topic: string;
  readonly key: string;
  readonly id: string;
  readonly seq: bigint;
}

const LISTED = 20;

/**
 * Reads every topic that the outbox writes and compares: each published event that the outbox still has is there, each event there that the
 * outbox should have it has, and the numbers of a key have no gap once repetitions are dropped. Of compacted topics only the last event of a
 * key can be asked for. Holds the ids of one topic in memory.
 */
export async function auditTopics(kafka: Kafka, database: Database): Promise<TopicsAudit> {
  const published = await database.query<PublishedRow>(
    `SELECT aggregatetype AS topic, aggregateid AS key, id, seq FROM hub.outbox o WHERE seq > 0
  AND NOT EXISTS (SELECT FROM hub.outbox_held h WHERE h.sequence = o.sequence)
  AND NOT EXISTS (SELECT FROM hub.outbox_pending p WHERE o.sequence >= p.first AND o.sequence < p.first + p.rows) ORDER BY topic, seq`,
  );
  const byTopic = new Map<string, PublishedRow[]>();
  for (const row of published) {
    const rows = byTopic.get(row.topic);
    if (rows === undefined) byTopic.set(row.topic, [row]);
    else rows.push(row);
  }
  const topics: TopicAudit[] = [];
  const faults: AuditFault[] = [];
  for (const [topic, rows] of byTopic) topics.push(compare(topic, rows, await readTopic(kafka, topic), faults));
  return { topics, faults };
}

const said = (id: string, seq: bigint): string => `${seq} ${id}`;

interface OnTopic {
  readonly records: number;
  readonly duplicates: number;
  /** By event id and number: a source may say a fact again, under a new number. */
  readonly events: ReadonlyMap<string, { readonly id: string; readonly key: string; readonly seq: bigint }>;
}

async function readTopic(kafka: Kafka, topic: string): Promise<OnTopic> {
  const watermarks = new WatermarkReader(kafka);
  const marks = await watermarks.read([topic]).finally(() => watermarks.close());
  const events = new Map<string, { id: string; key: string; seq: bigint }>();
  let records = 0;
  let duplicates = 0;
  const reader = await RangeReader.open({ kafka, topics: [topic] });
  try {
    await reader.read(
      marks.map(({ partition, low, high }) => ({ topic, partition, from: low, to: high })),
      (slice) => {
        for (const record of slice.records) {
          records += 1;
          const envelope = fromHeaders(record.headers);
          // What carries no number of ours was written by somebody else.
          if (!envelope.ok || envelope.value.seq === undefined) continue;
          const { id, seq } = envelope.value;
          if (events.has(said(id, seq))) duplicates += 1;
          events.set(said(id, seq), { id, key: record.key?.toString('utf8') ?? '', seq });
        }
        return Promise.resolve();
      },
    );
  } finally {
    await reader.close();
  }
  return { records, duplicates, events };
}

function compare(topic: string, rows: readonly PublishedRow[], { records, duplicates, events }: OnTopic, faults: AuditFault[]): TopicAudit {
  const contract = contractOfTopic(topic);
  const compacted = contract?.compacted === true;
  const tell = (list: readonly string[], what: string): void =>
    void faults.push(...list.slice(0, LISTED).map((detail) => ({ check: `topic-${what}`, detail: `${topic}: ${detail}` })));
  const range = new Map<string, { first: bigint; last: bigint }>();
  for (const { key, seq } of rows) range.set(key, { first: range.get(key)?.first ?? seq, last: seq });
  const known = new Set(rows.map((row) => said(row.id, row.seq)));
  const missing = rows.filter((row) => !events.has(said(row.id, row.seq)) && (!compacted || range.get(row.key)?.last === row.seq));
  tell(
    missing.map(({ id, key, seq }) => `${id} (${key}, number ${seq}) was published and is not there`),
    'missing',
  );
  const unknown = [...events.values()].filter(({ id, key, seq }) => {
    const held = range.get(key);
    // Before the outbox's first and after its last number it cannot know.
    return held !== undefined && seq >= held.first && seq <= held.last && !known.has(said(id, seq));
  });
  tell(
    unknown.map(({ id, key, seq }) => `${id} (${key}, number ${seq}) is there and not in the outbox`),
    'unknown',
  );
  const gaps = compacted ? [] : keysWithGaps(events);
  tell(
    gaps.map((key) => `the numbers of ${key} have a gap`),
    'seq',
  );
  return { topic, records, duplicates, published: rows.length, missing: missing.length, unknown: unknown.length, gaps: gaps.length };
}

function keysWithGaps(events: OnTopic['events']): string[] {
  const keys = new Map<string, { first: bigint; last: bigint; seen: Set<bigint> }>();
  for (const { key, seq } of events.values()) {
    const entry = keys.get(key) ?? { first: seq, last: seq, seen: new Set<bigint>() };
    entry.seen.add(seq);
    keys.set(key, { first: seq < entry.first ? seq : entry.first, last: seq > entry.last ? seq : entry.last, seen: entry.seen });
  }
  return [...keys].filter(([, { first, last, seen }]) => BigInt(seen.size) !== last - first + 1n).map(([key]) => key);
}
