import { BATCH_LIMITS, BATCH_PREFIX, readBatch, type BatchLimits, type FetchedRecord } from './record-batch.ts';

/** One partition of an answer, as kafkajs's consumer takes it. */
export interface FetchedPartition {
  readonly partition: number;
  readonly errorCode: number;
  readonly highWatermark: string;
  readonly lastStableOffset: string;
  readonly lastStartOffset: string;
  readonly abortedTransactions: readonly { readonly producerId: string; readonly firstOffset: string }[];
  readonly preferredReadReplica: number;
  readonly messages: FetchedRecord[];
}

/** An answer to Fetch, version 11. */
export interface FetchResponse {
  readonly throttleTime: number;
  readonly clientSideThrottleTime: number;
  readonly errorCode: number;
  readonly sessionId: number;
  readonly responses: readonly { readonly topicName: string; readonly partitions: FetchedPartition[] }[];
}

/** Most of one answer that is inflated; the rest is fetched again when this is done. */
export const ANSWER_LIMITS: BatchLimits = { bytes: 64 * 1024 * 1024, records: 500_000 };

/** What is left of an answer's limits. */
class Budget {
  private bytes = ANSWER_LIMITS.bytes;
  private records = ANSWER_LIMITS.records;

  get spent(): boolean {
    return this.bytes <= 0 || this.records <= 0;
  }

  spend(records: readonly FetchedRecord[]): void {
    this.records -= records.length;
    for (const { key, value } of records) this.bytes -= (key?.length ?? 0) + (value?.length ?? 0);
  }
}

let turn = 0;

/**
 * Decoder of Fetch answers of version 11 in place of kafkajs's: a batch that cannot be read (an unknown codec, more inside than allowed,
 * damage) costs its partition a marker and nothing else, where kafkajs loses the whole answer and in the end the consumer. Records of one
 * answer are bounded however well they are packed; what does not fit is left out, from another partition each time.
 * @param payload the answer without its correlation id.
 */
export async function decodeFetchResponse(payload: Buffer): Promise<FetchResponse> {
  const reader = new AnswerReader(payload);
  const clientSideThrottleTime = reader.int32();
  const errorCode = reader.int16();
  const sessionId = reader.int32();
  const packed: { readonly records: Buffer; readonly messages: FetchedRecord[] }[] = [];
  const responses = reader.array(() => {
    const topicName = reader.text();
    return { topicName, partitions: reader.array(() => partitionOf(reader, packed)) };
  });
  const budget = new Budget();
  turn += 1;
  for (let index = 0; index < packed.length; index += 1) {
    const entry = packed[(index + turn) % packed.length];
    if (entry) await readRecordSet(entry.records, entry.messages, budget);
  }
  // The broker does not wait for the client here: it ignores what comes too early, so the client has to.
  return { throttleTime: 0, clientSideThrottleTime, errorCode, sessionId, responses };
}

function partitionOf(reader: AnswerReader, packed: { readonly records: Buffer; readonly messages: FetchedRecord[] }[]): FetchedPartition {
  const partition = {
    partition: reader.int32(),
    errorCode: reader.int16(),
    highWatermark: reader.int64(),
    lastStableOffset: reader.int64(),
    lastStartOffset: reader.int64(),
    abortedTransactions: reader.array(() => ({ producerId: reader.int64(), firstOffset: reader.int64() })),
    preferredReadReplica: reader.int32(),
    messages: [],
  };
  const records = reader.bytes();
  if (records.length > 0) packed.push({ records, messages: partition.messages });
  return partition;
}

/** Batch by batch, until one cannot be read, the last one is cut off (the broker fills up to its limit), or enough is in hand. */
async function readRecordSet(set: Buffer, messages: FetchedRecord[], budget: Budget): Promise<void> {
  for (let position = 0; set.length - position > BATCH_PREFIX && !budget.spent;) {
    const end = position + BATCH_PREFIX + set.readInt32BE(position + 8);
    if (end > set.length || end <= position + BATCH_PREFIX) return;
    const records = await readBatch(set.subarray(position, end), BATCH_LIMITS);
    budget.spend(records);
    for (const record of records) messages.push(record);
    if (records.at(-1)?.unreadable !== undefined) return;
    position = end;
  }
}

class AnswerReader {
  private position = 0;

  constructor(private readonly payload: Buffer) {}

  int16(): number {
    return this.payload.readInt16BE(this.forward(2));
  }

  int32(): number {
    return this.payload.readInt32BE(this.forward(4));
  }

  int64(): string {
    return this.payload.readBigInt64BE(this.forward(8)).toString();
  }

  text(): string {
    const length = this.int16();
    const from = this.forward(Math.max(0, length));
    return this.payload.toString('utf8', from, this.position);
  }

  bytes(): Buffer {
    const length = Math.max(0, this.int32());
    const from = this.forward(length);
    return this.payload.subarray(from, from + length);
  }

  array<T>(read: () => T): T[] {
    const count = this.int32();
    const items: T[] = [];
    for (let index = 0; index < count; index += 1) items.push(read());
    return items;
  }

  private forward(bytes: number): number {
    const from = this.position;
    this.position += bytes;
    return from;
  }
}
