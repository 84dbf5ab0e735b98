/**
 * The limit: kafkajs `eachBatch`, decode, add up by customer, one `unnest` upsert. No inbox, no offsets in the database, no validation, no
 * identity, no events published: a crash loses or doubles. As many connections as the hub has, and batches as large as its transactions
 * (fetches of a megabyte a partition, so that a batch of one partition can be that large).
 */
import { Database, int4Array, int8Array, textArray } from '@tributary/persistence';
import { Kafka, logLevel, type KafkaMessage } from 'kafkajs';
import { childSettings, HandledRecords } from './child.ts';
import { readOrder, type PlainOrder } from './read-order.ts';

const { brokers, databaseUrl, topic, group, lanes, cap } = childSettings();
const handled = new HandledRecords();
const database = new Database({ url: databaseUrl, max: lanes, applicationName: 'bench bare' });

const UPSERT = {
  name: 'upsert',
  text: `INSERT INTO customer_totals AS t (customer_id, name, email, orders, gross, last_order_at)
SELECT * FROM unnest($1::text[], $2::text[], $3::text[], $4::int[], $5::bigint[], $6::bigint[])
ON CONFLICT (customer_id) DO UPDATE SET name = excluded.name, email = excluded.email, orders = t.orders + excluded.orders,
  gross = t.gross + excluded.gross, last_order_at = greatest(t.last_order_at, excluded.last_order_at)`,
};

interface Sum {
  last: PlainOrder;
  orders: number;
  gross: bigint;
}

async function apply(messages: readonly KafkaMessage[]): Promise<void> {
  const sums = new Map<string, Sum>();
  for (const { value } of messages) {
    if (value === null) throw new Error('an order without a body');
    const order = readOrder(value);
    const sum = sums.get(order.customerId);
    if (sum === undefined) sums.set(order.customerId, { last: order, orders: 1, gross: order.total });
    else {
      sum.orders += 1;
      sum.gross += order.total;
      if (order.placedAt >= sum.last.placedAt) sum.last = order;
    }
  }
  const rows = [...sums.values()];
  await database.query(UPSERT, [
    textArray(rows.map(({ last }) => last.customerId)),
    textArray(rows.map(({ last }) => last.name)),
    textArray(rows.map(({ last }) => last.email)),
    int4Array(rows.map(({ orders }) => orders)),
    int8Array(rows.map(({ gross }) => gross)),
    int8Array(rows.map(({ last }) => BigInt(last.placedAt))),
  ]);
}

const consumer = new Kafka({ clientId: 'bare', brokers, logLevel: logLevel.WARN }).consumer({ groupId: group });
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  partitionsConsumedConcurrently: lanes,
  eachBatchAutoResolve: false,
  eachBatch: async ({ batch, resolveOffset, heartbeat }) => {
    for (let start = 0; start < batch.messages.length; start += cap) {
      const slice = batch.messages.slice(start, start + cap);
      const last = slice.at(-1)?.offset ?? '0';
      await handled.handle(batch.partition, BigInt(last) + 1n, slice.length, () => apply(slice));
      resolveOffset(last);
      await heartbeat();
    }
  },
});
