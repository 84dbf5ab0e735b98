import { contractNamed } from '@tributary/contracts';
import { RangeReader, WatermarkReader, type Kafka } from '@tributary/kafka';
import {
  beginOperation,
  endOperation,
  groupNumber,
  inboxMonth,
  replaySlice,
  storedOffsets,
  type Actor,
  type Database,
  type Replayed,
  type ReplayFate,
  type Stage,
} from '@tributary/persistence';
import { exitCode } from '../exit-code.ts';
import { VerbFault } from '../verb-fault.ts';
import { replayRanges, type Bounds } from './replay-ranges.ts';

/** What is to be replayed. */
export interface ReplayRequest extends Bounds {
  readonly contract: string;
  /** One consumer group; every one that reads the contract unless given. */
  readonly group?: string;
  /** Kafka key, as text. */
  readonly key?: string;
  readonly dryRun: boolean;
  readonly actor: Actor;
}

/** What replaying needs. */
export interface ReplayPorts {
  readonly kafka: Kafka;
  readonly database: Database;
  readonly stages: ReadonlyMap<string, Stage>;
  readonly now: () => Date;
}

/** What became of the records in one group. */
export interface GroupReplay {
  readonly group: string;
  /** Records read; of these, those of the key. */
  readonly read: number;
  readonly matched: number;
  readonly fates: Readonly<Record<ReplayFate, number>>;
  readonly published: number;
  /** The first records that had been missing or failed. */
  readonly examples: readonly ReplayExample[];
}

/** A record that a person may want to look at. */
export interface ReplayExample {
  readonly topic: string;
  readonly partition: number;
  readonly offset: bigint;
  readonly key: string | null;
  readonly fate: ReplayFate;
  readonly why: string;
}

/** What a replay did, or would do. */
export interface ReplayReport {
  readonly contract: string;
  readonly dryRun: boolean;
  readonly operation: bigint | null;
  readonly groups: readonly GroupReplay[];
}

const EXAMPLES = 20;

/**
 * Reads a range of a contract's topic again and gives it to the live stages outside the consumers' offsets, in order. Inbox and business
 * keys decide: `applied` had been missing. Throws `VerbFault` for what nobody reads and for ranges older than the memory of a stage that
 * knows events by the inbox alone.
 */
export async function replay(ports: ReplayPorts, request: ReplayRequest): Promise<ReplayReport> {
  const { database } = ports;
  const { contract: name, group, key, from, to, partition, dryRun, actor } = request;
  const contract = contractNamed(name);
  if (contract === undefined)
    throw new VerbFault(`${JSON.stringify(name)} is no contract: see tributary contracts list`, exitCode.notFound);
  const stages = [...ports.stages.values()].filter(
    (stage) => stage.reads.some((read) => read.topic === contract.topic) && (group === undefined || stage.group === group),
  );
  if (stages.length === 0) throw new VerbFault(`${group ?? 'no consumer group'} does not read ${name}`, exitCode.notFound);
  const operation = dryRun ? null : await beginOperation(database, actor, 'replay', { contract: name, group, key, from, to, partition });
  const groups: GroupReplay[] = [];
  const reader = await RangeReader.open({ kafka: ports.kafka, topics: [contract.topic] });
  try {
    for (const stage of stages) groups.push(await replayGroup(ports, reader, stage, contract.topic, request));
  } finally {
    await reader.close();
  }
  if (operation !== null) await endOperation(database, operation, { groups: groups.map(({ examples: _examples, ...counts }) => counts) });
  return { contract: name, dryRun, operation, groups };
}

async function replayGroup(
  { kafka, database, now }: ReplayPorts,
  reader: RangeReader,
  stage: Stage,
  topic: string,
  request: ReplayRequest,
): Promise<GroupReplay> {
  const watermarks = new WatermarkReader(kafka);
  const marks = await watermarks.read([topic]).finally(() => watermarks.close());
  const ranges = await replayRanges(kafka, topic, await storedOffsets(database, stage.group), marks, request);
  const context = { database, stage, groupId: await groupNumber(database, stage.group), now };
  const remembered = stage.permanentKeys === true ? -Infinity : await oldestInboxMonth(database);
  const fates: Record<ReplayFate, number> = { applied: 0, duplicate: 0, stale: 0, failed: 0, quarantined: 0, parked: 0 };
  const examples: ReplayExample[] = [];
  const counts = { read: 0, matched: 0, published: 0 };
  await reader.read(ranges, async (slice) => {
    const records = slice.records.filter((record) => request.key === undefined || record.key?.toString('utf8') === request.key);
    const forgotten = records.find((record) => inboxMonth(new Date(record.timestamp)) < remembered);
    if (forgotten !== undefined)
      throw new VerbFault(
        `${topic}/${slice.partition}@${forgotten.offset} is older than the memory of ${stage.group}, which could not tell whether it was applied; begin later (--from), or rebuild`,
      );
    const done = await replaySlice(context, records, request.dryRun);
    counts.read += slice.records.length;
    counts.matched += records.length;
    counts.published += done.published;
    for (const replayed of done.records) {
      fates[replayed.fate] += 1;
      if ((replayed.fate === 'applied' || replayed.fate === 'failed') && examples.length < EXAMPLES) examples.push(exampleOf(replayed));
    }
  });
  return { group: stage.group, ...counts, fates, examples };
}

const exampleOf = ({ record, fate, faults }: Replayed): ReplayExample => ({
  topic: record.topic,
  partition: record.partition,
  offset: record.offset,
  key: record.key?.toString('utf8') ?? null,
  fate,
  why: faults.map(({ reason, field, detail }) => `${reason} ${field} ${detail}`.trim()).join('; '),
});

/** The oldest month of receipt that the inbox remembers. */
async function oldestInboxMonth(database: Database): Promise<number> {
  const [row] = await database.query<{ month: number | null }>(
    `SELECT min(substring(inhrelid::regclass::text from '\\d+$')::int) AS month FROM pg_inherits WHERE inhparent = 'hub.inbox'::regclass`,
  );
  return row?.month ?? Infinity;
}
