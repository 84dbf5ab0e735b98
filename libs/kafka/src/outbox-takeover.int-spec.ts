import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contracts, type AnyContract, type StockMovement } from '@tributary/contracts';
import { freePorts } from '@tributary/embedded';
import { appendOutbox, Database, type OutboxEvent } from '@tributary/persistence';
import kafkajs, { logLevel } from 'kafkajs';
import { TcpProxy } from '../../../test/faults/rig/tcp-proxy.ts';
import { eventually } from '../../../test/support/eventually.ts';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { createKafka, type Kafka, type KafkaLog } from './kafka-client.ts';
import { OutboxRelay } from './outbox-relay.ts';
import { createTopics } from './topic-admin.ts';

const quiet: KafkaLog = { info: () => undefined, warn: () => undefined, error: () => undefined };
const brokers = (process.env.KAFKA_BROKERS ?? '').split(',');
const LEASE_MS = 1_000;

describe('a relay that reaches the database and not the broker', () => {
  const kafka = createKafka(brokers, 'spec', quiet);
  const topic = `spec-${randomUUID()}`;
  let own: FreshDatabase;
  let line: TcpProxy;
  beforeAll(async () => {
    own = await freshDatabase([]);
    const [port = 0] = await freePorts(1);
    line = await TcpProxy.open(port, () => Number(brokers[0]?.split(':')[1]));
    await createTopics(kafka, [{ topic, partitions: 2, compacted: false }]);
  }, 60_000);
  afterAll(async () => {
    await line.close();
    await own.drop();
  }, 30_000);

  async function relayOver(client: Kafka): Promise<{ rounds: number[]; close(): Promise<void> }> {
    const database = new Database({ url: own.url, max: 3, applicationName: 'spec relay' });
    const rounds: number[] = [];
    const relay = new OutboxRelay({
      kafka: client,
      database,
      log: quiet,
      loops: 2,
      leaseMs: LEASE_MS,
      onPublished: (count) => void rounds.push(count),
      onBlocked: () => undefined,
    });
    await relay.start();
    return {
      rounds,
      close: async () => {
        await relay.close();
        await database.close();
      },
    };
  }
  const overLine = (): Kafka =>
    new kafkajs.Kafka({
      brokers,
      logLevel: logLevel.NOTHING,
      requestTimeout: 500,
      retry: { initialRetryTime: 50, retries: 1 },
      socketFactory: ({ onConnect }) => connect({ host: '127.0.0.1', port: line.port }, onConnect as () => void),
    });
  const append = (count: number): Promise<void> =>
    own.database.transaction((tx) =>
      appendOutbox(
        tx,
        Array.from({ length: count }, (_, index): OutboxEvent => ({
          contract: { ...contracts.stockMovement, topic } as unknown as AnyContract,
          id: randomUUID(),
          source: 'spec',
          key: `k-${index}`,
          time: '2026-01-01T00:00:00Z',
          value: (seq): StockMovement => ({
            movementId: `k-${index}/${seq}`,
            sku: `k-${index}`,
            location: 'main',
            kind: 'SALE',
            quantity: seq,
            occurredAt: 1_700_000_000_000_000,
            reference: null,
            description: null,
          }),
        })),
      ),
    );
  const pending = async (): Promise<number> => {
    const [row] = await own.database.query<{ rows: number }>('SELECT coalesce(sum(rows), 0)::int AS rows FROM hub.outbox_pending');
    return row?.rows ?? 0;
  };
  const published = (rounds: readonly number[]): number => rounds.reduce((sum, count) => sum + count, 0);

  it('gives its shards up to one that reaches it, and takes them again when it is alone and the broker is back', async () => {
    const cutOff = await relayOver(overLine());
    await append(40);
    await eventually(pending, (rows) => rows === 0);
    expect(published(cutOff.rounds)).toBe(40);

    line.lose();
    const healthy = await relayOver(kafka);
    await append(40);
    await eventually(pending, (rows) => rows === 0);
    expect(published(healthy.rounds)).toBe(40);
    expect(published(cutOff.rounds)).toBe(40);

    await healthy.close();
    line.heal();
    await append(40);
    await eventually(pending, (rows) => rows === 0);
    expect(published(cutOff.rounds)).toBe(80);
    await cutOff.close();
  }, 90_000);
});
