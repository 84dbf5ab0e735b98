import { contracts, deadLetterTopic, topology } from '@tributary/contracts';
import type { Kafka } from '@tributary/kafka';
import type { Queryable } from '@tributary/persistence';
import { documentName, type Expected } from './expect.ts';
import { readWire, type WireRecord } from './read-wire.ts';

/** What the out-topics show. */
export interface WireFindings {
  readonly lost: number;
  readonly doubled: number;
  readonly orderKept: boolean;
  /** Records whose id had passed before; allowed. */
  readonly wireDuplicates: number;
  readonly faults: readonly string[];
}

const profileTopics = topology.profile.writes.map((contract) => contract.topic);
const letterTopics = topology.profile.reads.map((contract) => deadLetterTopic(contract.topic));
const ACTIVITY_SOURCE_KIND = { ORDER: 'ORDER', PAYMENT: 'PAYMENT', RETURN: 'RETURN' } as const;

interface OutboxRow {
  readonly id: string;
  readonly topic: string;
}

/**
 * Looks at what was published, as a consumer that drops repeated ids sees it: every outbox row and nothing else, per key the sequence
 * 1, 2, 3 … without a gap, and for each document the differences told add up to what the oracle says of it.
 * @param commitsLost a failover took commits back whose events were published: those are on the wire alone, and their numbers were given again.
 */
export async function judgeWire(kafka: Kafka, database: Queryable, expected: Expected, commitsLost = false): Promise<WireFindings> {
  const records = await readWire(kafka, [...profileTopics, ...letterTopics]);
  const rows = await database.query<OutboxRow>('SELECT id, aggregatetype AS topic FROM hub.outbox WHERE aggregatetype = ANY($1)', [
    [...profileTopics, ...letterTopics],
  ]);
  const faults: string[] = [];
  const once = firstOfEach(records);
  const onWire = new Set(once.map(nameOf));
  const inOutbox = new Set(rows.map((row) => `${row.topic} ${row.id}`));
  if (inOutbox.size !== rows.length) faults.push(`${rows.length - inOutbox.size} outbox rows repeat an id`);
  const unsent = [...inOutbox].filter((name) => !onWire.has(name));
  const foreign = [...onWire].filter((name) => !inOutbox.has(name));
  if (unsent.length > 0) faults.push(`${unsent.length} outbox rows are not on the wire, such as ${unsent[0]}`);
  if (foreign.length > 0 && !commitsLost) faults.push(`${foreign.length} ids on the wire are not in the outbox, such as ${foreign[0]}`);
  const gaps = sequenceFaults(once.filter((record) => profileTopics.includes(record.topic)));
  if (!commitsLost) faults.push(...gaps.slice(0, 3));
  const sums = activityFaults(once, expected);
  faults.push(...sums.faults.slice(0, 3));
  return {
    lost: unsent.length + sums.short,
    doubled: (commitsLost ? 0 : foreign.length) + sums.over,
    orderKept: commitsLost || gaps.length === 0,
    wireDuplicates: records.length - once.length,
    faults,
  };
}

/** Topic and id of a record on the wire: its event id, or for a dead letter the position it comes from. */
function nameOf({ topic, headers }: WireRecord): string {
  const letter = `${headers.dlt_group}/${headers.dlt_topic}/${headers.dlt_partition}/${headers.dlt_offset}`;
  return `${topic} ${headers.dlt_topic === undefined ? headers.ce_id : letter}`;
}

function firstOfEach(records: readonly WireRecord[]): WireRecord[] {
  const seen = new Set<string>();
  return records.filter((record) => {
    const name = nameOf(record);
    if (seen.has(name)) return false;
    seen.add(name);
    return true;
  });
}

function sequenceFaults(records: readonly WireRecord[]): string[] {
  const last = new Map<string, bigint>();
  return records.flatMap((record) => {
    const name = `${record.topic} ${record.key}`;
    const seq = BigInt(record.headers.ce_seq ?? '0');
    const before = last.get(name) ?? 0n;
    last.set(name, seq);
    return seq === before + 1n ? [] : [`${name}: number ${seq} follows ${before}`];
  });
}

/** For each document the sum of the differences told, against the oracle's fact in force. */
function activityFaults(records: readonly WireRecord[], expected: Expected): { short: number; over: number; faults: string[] } {
  const told = new Map<string, { orders: number; gross: bigint; paid: bigint; returned: bigint }>();
  for (const record of records) {
    if (record.topic !== contracts.activity.topic || record.value === null) continue;
    const read = contracts.activity.decode(record.value);
    if (!read.ok) throw new Error(`an activity cannot be read: ${JSON.stringify(read.faults)}`);
    const { kind, causeSource, documentId, ordersDelta, grossDelta, paidDelta, returnsDelta } = read.value;
    if (!(kind in ACTIVITY_SOURCE_KIND)) continue;
    const name = `${kind} ${causeSource} ${documentId}`;
    const sum = told.get(name) ?? { orders: 0, gross: 0n, paid: 0n, returned: 0n };
    told.set(name, {
      orders: sum.orders + ordersDelta,
      gross: sum.gross + grossDelta,
      paid: sum.paid + paidDelta,
      returned: sum.returned + returnsDelta,
    });
  }
  const result = { short: 0, over: 0, faults: [] as string[] };
  const expectedOf = new Map(
    [...expected.documents.values()].filter((fact) => fact.kind !== 'CUSTOMER').map((fact) => [documentName(fact), fact]),
  );
  for (const name of new Set([...told.keys(), ...expectedOf.keys()])) {
    const sum = told.get(name);
    const fact = expectedOf.get(name);
    const same =
      sum !== undefined &&
      fact !== undefined &&
      sum.orders === fact.orders &&
      sum.gross === fact.money.gross &&
      sum.paid === fact.money.paid &&
      sum.returned === fact.money.returned;
    if (same) continue;
    if (sum === undefined) result.short += 1;
    else result.over += 1;
    result.faults.push(`activity of ${name} ${sum === undefined ? 'was never told' : 'does not add up to the document'}`);
  }
  return result;
}
