import { AMOUNT_SCALE, formatDecimal } from '@tributary/contracts';
import { int2Array, int8Array, textArray, type Transaction } from '@tributary/persistence';
import { ackKeyId, topicKeyId, type AckKey, type BridgeChanges, type BridgeStore, type TopicKey } from './bridge-store.ts';

/** Channel on which new deliveries wake the dispatcher. */
export const DELIVERY_CHANNEL = 'tributary_erp_bridge';

/** Opens the store of the erp-bridge on PostgreSQL: one statement a table. */
export function openBridgeStore(tx: Transaction): BridgeStore {
  return {
    load: async ({ eventIds, keys, acks }) => ({
      queued: new Set(await queuedIds(tx, eventIds)),
      lastSeq: new Map((await lastSeqs(tx, keys)).map((row) => [topicKeyId(row), row.seq])),
      acks: new Map((await knownAcks(tx, acks)).map((row) => [ackKeyId(row), row.hash])),
    }),
    save: async (changes) => {
      await saveDeliveries(tx, changes);
      await saveAcks(tx, changes);
    },
  };
}

async function queuedIds(tx: Transaction, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const statement = { name: 'bridge-queued', text: 'SELECT event_id AS id FROM erp_bridge.delivery WHERE event_id = ANY($1::text[])' };
  return (await tx.query<{ id: string }>(statement, [textArray(ids)])).map(({ id }) => id);
}

async function lastSeqs(tx: Transaction, keys: readonly TopicKey[]): Promise<(TopicKey & { seq: bigint })[]> {
  if (keys.length === 0) return [];
  return tx.query<TopicKey & { seq: bigint }>(
    {
      name: 'bridge-last-seq',
      text: `SELECT u.type, u.key, d.seq FROM unnest($1::text[], $2::text[]) AS u (type, key)
CROSS JOIN LATERAL (SELECT seq FROM erp_bridge.delivery d WHERE d.type = u.type AND d.key = u.key ORDER BY seq DESC LIMIT 1) d`,
    },
    [textArray(keys.map(({ type }) => type)), textArray(keys.map(({ key }) => key))],
  );
}

async function knownAcks(tx: Transaction, keys: readonly AckKey[]): Promise<(AckKey & { hash: bigint })[]> {
  if (keys.length === 0) return [];
  return tx.query<AckKey & { hash: bigint }>(
    {
      name: 'bridge-known-acks',
      text: `SELECT source, ack_id AS "ackId", hash FROM erp_bridge.acknowledgement
WHERE (source, ack_id) IN (SELECT * FROM unnest($1::text[], $2::text[]))`,
    },
    [textArray(keys.map(({ source }) => source)), textArray(keys.map(({ ackId }) => ackId))],
  );
}

async function saveDeliveries(tx: Transaction, { deliveries }: BridgeChanges): Promise<void> {
  if (deliveries.length === 0) return;
  await tx.query(
    {
      name: 'bridge-save-deliveries',
      text: `INSERT INTO erp_bridge.delivery (event_id, type, key, seq, traceparent, body, shard)
SELECT event_id, type, key, seq, traceparent, body, shard
FROM unnest($1::text[], $2::text[], $3::text[], $4::bigint[], $5::text[], $6::text[], $7::smallint[])
  WITH ORDINALITY AS u (event_id, type, key, seq, traceparent, body, shard, n) ORDER BY n`,
    },
    [
      textArray(deliveries.map((row) => row.eventId)),
      textArray(deliveries.map((row) => row.type)),
      textArray(deliveries.map((row) => row.key)),
      int8Array(deliveries.map((row) => row.seq)),
      textArray(deliveries.map((row) => row.traceparent)),
      textArray(deliveries.map((row) => row.body)),
      int2Array(deliveries.map((row) => row.shard)),
    ],
  );
  await tx.query({ name: 'bridge-notify', text: `SELECT pg_notify('${DELIVERY_CHANNEL}', '')` });
}

async function saveAcks(tx: Transaction, { acks }: BridgeChanges): Promise<void> {
  if (acks.length === 0) return;
  const answers = acks.map(({ ack }) => ack);
  await tx.query(
    {
      name: 'bridge-save-acks',
      text: `INSERT INTO erp_bridge.acknowledgement (source, ack_id, hash, subject_id, subject_type, subject_key, decision, reason, value, decided_at, decided_by)
SELECT source, ack_id, hash, subject_id, subject_type, subject_key, decision, reason, value::numeric, decided_at, decided_by
FROM unnest($1::text[], $2::text[], $3::bigint[], $4::text[], $5::text[], $6::text[], $7::text[], $8::text[], $9::text[], $10::bigint[], $11::text[])
  AS u (source, ack_id, hash, subject_id, subject_type, subject_key, decision, reason, value, decided_at, decided_by) ORDER BY source, ack_id`,
    },
    [
      textArray(acks.map((row) => row.source)),
      textArray(answers.map((row) => row.ackId)),
      int8Array(acks.map((row) => row.hash)),
      textArray(answers.map((row) => row.subjectId)),
      textArray(answers.map((row) => row.subjectType)),
      textArray(answers.map((row) => row.subjectKey)),
      textArray(answers.map((row) => row.decision)),
      textArray(answers.map((row) => row.reason)),
      textArray(answers.map((row) => (row.value === null ? null : formatDecimal(row.value, AMOUNT_SCALE)))),
      int8Array(answers.map((row) => BigInt(row.decidedAt))),
      textArray(answers.map((row) => row.decidedBy)),
    ],
  );
}
