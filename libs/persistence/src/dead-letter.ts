import { deadLetterTopic } from '@tributary/contracts';
import { MAX_PAYLOAD_BYTES } from './outbox.ts';
import type { OutboxRow } from './outbox-row.ts';
import { visibleText, type QuarantineRow } from './quarantine.ts';

/** Longest key that a dead letter repeats. */
const MAX_KEY_BYTES = 1_024;

/**
 * The copy on `<topic>.dlt`, for tools that watch Kafka rather than the table: raw bytes, reason and origin in headers. A value too large
 * to be published is left out and its length told; the quarantine row has it.
 */
export function deadLetter(row: QuarantineRow): OutboxRow {
  const origin = row.position ?? { topic: '', partition: 0, offset: 0n };
  const size = row.value?.length ?? 0;
  const tooLarge = size > MAX_PAYLOAD_BYTES;
  return {
    id: `${row.group}/${origin.topic}/${origin.partition}/${origin.offset}`,
    topic: deadLetterTopic(origin.topic),
    key: row.key === null ? '' : visibleText(Buffer.from(row.key.subarray(0, MAX_KEY_BYTES)).toString('utf8')),
    type: 'dead-letter',
    payload: tooLarge ? null : row.value,
    seq: 0n,
    source: null,
    time: null,
    traceparent: null,
    headers: {
      dlt_group: row.group,
      dlt_topic: origin.topic,
      dlt_partition: String(origin.partition),
      dlt_offset: origin.offset.toString(),
      dlt_reason: row.faults[0]?.reason ?? '',
      ...(tooLarge ? { dlt_value_omitted: `${size} bytes` } : {}),
    },
  };
}
