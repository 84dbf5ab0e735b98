import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contracts, toHeaders, type AnyContract } from '@tributary/contracts';
import { appendOutbox, Database, OutboxMemory, type OutboxEvent } from '@tributary/persistence';
import { eventually } from '../../../test/support/eventually.ts';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { createKafka, type KafkaLog } from './kafka-client.ts';
import { OutboxRelay } from './outbox-relay.ts';
import { createTopics } from './topic-admin.ts';

const quiet: KafkaLog = { info: () => undefined, warn: () => undefined, error: () => undefined };
const TRACE = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const said = (id: string, seq: bigint) => ({ id, source: 'spec/Zoë', type: 'erp.stock-movement', time: '2026-01-01T00:00:00.250Z', seq });

describe('headers that the relay writes', () => {
  const kafka = createKafka((process.env.KAFKA_BROKERS ?? '').split(','), 'spec', quiet);
  const topic = `spec-${randomUUID()}`;
  let own: FreshDatabase;
  beforeAll(async () => {
    own = await freshDatabase([]);
    await createTopics(kafka, [{ topic, partitions: 1, compacted: false }]);
  }, 60_000);
  afterAll(async () => {
    const admin = kafka.admin();
    await admin.connect();
    await admin.deleteTopics({ topics: [topic] });
    await admin.disconnect();
    await own.drop();
  }, 30_000);

  const event = (id: string, traceparent?: string): OutboxEvent => ({
    contract: { ...contracts.stockMovement, topic } as unknown as AnyContract,
    id,
    source: 'spec/Zoë',
    key: 'k',
    time: '2026-01-01T00:00:00.250Z',
    ...(traceparent === undefined ? {} : { traceparent }),
    value: () => null,
  });

  /** A row as a dead letter is, and as every row was before its columns told the headers. */
  async function withHeaders(sequence: bigint, id: string, headers: Record<string, string>): Promise<void> {
    await own.database.query(
      `WITH row AS (INSERT INTO hub.outbox (sequence, id, aggregatetype, aggregateid, type, payload, seq, headers) VALUES ($1, $2, $3, 'k', 'x', NULL, 3, $4) RETURNING sequence)
INSERT INTO hub.outbox_pending (first, rows, shard) SELECT sequence, 1, shard FROM row, hub.outbox_pending ORDER BY first LIMIT 1`,
      [sequence, id, topic, JSON.stringify(headers)],
    );
  }

  it('from memory and from the table are those of the envelope; of dead letters and of rows from before, their own', async () => {
    const written = new OutboxMemory();
    written.publishes([0, 1, 2, 3]);
    const database = new Database({ url: own.url, max: 3, applicationName: 'spec relay', written });
    // The relay has these from memory, those of the other process from the table.
    await database.transaction((tx) => appendOutbox(tx, [event('m-1'), event('m-2', TRACE)]));
    await own.database.transaction((tx) => appendOutbox(tx, [event('t-1'), event('t-2', TRACE)]));
    const letter = { dlt_group: 'spec', dlt_topic: topic, dlt_reason: 'Zoë 王 "\u0001' };
    const before = toHeaders({ ...said('before', 3n), traceparent: TRACE });
    await withHeaders(1n << 40n, 'letter', letter);
    await withHeaders((1n << 40n) + 1n, 'before', before);

    const consumer = kafka.consumer({ groupId: `g-${randomUUID()}` });
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    const wire: (readonly (readonly [string, string])[])[] = [];
    await consumer.run({
      eachMessage: ({ message: { headers = {} } }) => {
        wire.push(Object.entries(headers).map(([name, value]) => [name, String(value)] as const));
        return Promise.resolve();
      },
    });
    const relay = new OutboxRelay({
      kafka,
      database,
      log: quiet,
      loops: 1,
      written,
      onPublished: () => undefined,
      onBlocked: () => undefined,
    });
    await relay.start();
    await eventually(
      () => Promise.resolve(wire.length),
      (count) => count >= 6,
    );
    await relay.close();
    await consumer.disconnect();
    await database.close();
    expect(wire).toEqual(
      [
        toHeaders(said('m-1', 1n)),
        toHeaders({ ...said('m-2', 2n), traceparent: TRACE }),
        toHeaders(said('t-1', 3n)),
        toHeaders({ ...said('t-2', 4n), traceparent: TRACE }),
        letter,
        before,
      ].map((headers) => Object.entries(headers)),
    );
  }, 60_000);
});
