import type { RedriveContext } from './redrive-key.ts';
import { settleKey } from './redrive-key.ts';

interface Row {
  readonly id: bigint;
  readonly topic: string;
  readonly keyHash: string | null;
  readonly status: 'redriven' | 'discarded';
}

/**
 * Settles a shadow's failed records as the group it shadows settled its own: a record that was edited and redriven, or discarded, stands in
 * the topic as it came, so a replay alone would never know. Records that no longer fail in the shadow need nothing.
 * @param context of the shadow: its stage, silent.
 * @param leader the group whose decisions are followed.
 * @returns how many records were settled.
 */
export async function followSettlements(context: RedriveContext, leader: string): Promise<number> {
  const { database, stage } = context;
  let count = 0;
  for (let after = 0n; ;) {
    const [row] = await database.query<Row>(
      `SELECT s.id, s.topic, s.key_hash AS "keyHash", l.status FROM hub.quarantine s JOIN hub.quarantine l USING (topic, partition, record_offset)
WHERE s.consumer_group = $1 AND l.consumer_group = $2 AND s.status = 'open' AND l.status <> 'open' AND s.id > $3 ORDER BY s.id LIMIT 1`,
      [stage.group, leader, after.toString()],
    );
    if (row === undefined) return count;
    after = row.id;
    await database.query(
      `UPDATE hub.quarantine s SET record_key = e.after_key, record_headers = e.after_headers, value = e.after_value
FROM hub.quarantine l, LATERAL (SELECT * FROM hub.quarantine_edit WHERE quarantine_id = l.id ORDER BY id DESC LIMIT 1) e
WHERE s.id = $1 AND l.consumer_group = $2 AND (l.topic, l.partition, l.record_offset) = (s.topic, s.partition, s.record_offset)`,
      [row.id.toString(), leader],
    );
    const action = row.status === 'redriven' ? 'redrive' : 'discard';
    let settlement = await settleKey(context, { topic: row.topic, keyHash: row.keyHash, ids: [row.id] }, action, null, false);
    while (settlement.more) settlement = await settleKey(context, { topic: row.topic, keyHash: row.keyHash, ids: [] }, action, null, false);
    count += 1;
  }
}
