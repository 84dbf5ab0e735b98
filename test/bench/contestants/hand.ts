/**
 * What a careful engineer writes by hand: kafkajs `eachMessage`, one transaction a message with an inbox row, an upsert and an outbox row,
 * eight partitions at once on eight connections, prepared statements. Effects are applied once; nothing is validated, nobody is identified,
 * and the outbox has no relay here.
 */
import { Kafka, logLevel } from 'kafkajs';
import pg from 'pg';
import { childSettings, HandledRecords } from './child.ts';
import { readOrder } from './read-order.ts';

const CONNECTIONS = 8;
const { brokers, databaseUrl, topic, group } = childSettings();
const handled = new HandledRecords();
const pool = new pg.Pool({ connectionString: databaseUrl, max: CONNECTIONS });

const INBOX = { name: 'inbox', text: 'INSERT INTO inbox (event_id) VALUES ($1) ON CONFLICT DO NOTHING' };
const UPSERT = {
  name: 'upsert',
  text: `INSERT INTO customer_totals AS t (customer_id, name, email, orders, gross, last_order_at) VALUES ($1, $2, $3, 1, $4, $5)
ON CONFLICT (customer_id) DO UPDATE SET name = excluded.name, email = excluded.email, orders = t.orders + 1, gross = t.gross + excluded.gross,
  last_order_at = greatest(t.last_order_at, excluded.last_order_at) RETURNING orders, gross`,
};
const OUTBOX = { name: 'outbox', text: 'INSERT INTO outbox (topic, key, payload) VALUES ($1, $2, $3)' };

async function apply(eventId: string, value: Buffer): Promise<void> {
  const order = readOrder(value);
  const client = await pool.connect();
  try {
    await client.query('BEGIN');
    const noted = await client.query({ ...INBOX, values: [eventId] });
    if (noted.rowCount === 1) {
      const totals = await client.query<{ orders: number; gross: string }>({
        ...UPSERT,
        values: [order.customerId, order.name, order.email, order.total.toString(), order.placedAt],
      });
      const payload = JSON.stringify({ customerId: order.customerId, ...totals.rows[0] });
      await client.query({ ...OUTBOX, values: ['customer.totals', order.customerId, payload] });
    }
    await client.query('COMMIT');
  } catch (error) {
    await client.query('ROLLBACK');
    throw error;
  } finally {
    client.release();
  }
}

const consumer = new Kafka({ clientId: 'hand', brokers, logLevel: logLevel.WARN }).consumer({ groupId: group });
await consumer.connect();
await consumer.subscribe({ topic, fromBeginning: true });
await consumer.run({
  partitionsConsumedConcurrently: CONNECTIONS,
  eachMessage: async ({ partition, message }) => {
    const { value, headers, offset } = message;
    if (value === null) throw new Error('an order without a body');
    await handled.handle(partition, BigInt(offset) + 1n, 1, () => apply(`${String(headers?.ce_source)}/${String(headers?.ce_id)}`, value));
  },
});
