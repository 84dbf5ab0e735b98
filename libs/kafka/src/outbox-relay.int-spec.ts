import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { contracts, type AnyContract, type StockMovement } from '@tributary/contracts';
import { appendOutbox, Database, freeHeldKey, type OutboxEvent, type Transaction } from '@tributary/persistence';
import { eventually } from '../../../test/support/eventually.ts';
import { freshDatabase, type FreshDatabase } from '../../../test/support/fresh-database.ts';
import { createKafka, type KafkaLog } from './kafka-client.ts';
import { OutboxRelay } from './outbox-relay.ts';
import { createTopics } from './topic-admin.ts';

const quiet: KafkaLog = { info: () => undefined, warn: () => undefined, error: () => undefined };
interface Wire {
  readonly key: string;
  readonly id: string;
  readonly seq: number;
}

/** A database whose marks fail: the broker has the records, the table does not know it. Whoever opens it crashed between ack and mark. */
class ForgetfulDatabase extends Database {
  forgets = true;

  override query<Row>(...[statement, values]: Parameters<Database['query']>): Promise<Row[]> {
    if (this.forgets && typeof statement === 'object' && statement.name === 'outbox-published')
      return Promise.reject(Object.assign(new Error('Connection terminated unexpectedly'), { code: 'ECONNRESET' }));
    return super.query<Row>(statement, values);
  }
}

describe('the outbox relay on the broker', () => {
  const kafka = createKafka((process.env.KAFKA_BROKERS ?? '').split(','), 'spec', quiet);
  const admin = kafka.admin();
  const topics: string[] = [];
  let own: FreshDatabase;
  beforeAll(async () => {
    own = await freshDatabase([]);
    await admin.connect();
  }, 60_000);
  afterAll(async () => {
    await admin.deleteTopics({ topics });
    await admin.disconnect();
    await own.drop();
  }, 30_000);

  async function topic(maxMessageBytes?: number): Promise<string> {
    const name = `spec-${randomUUID()}`;
    if (maxMessageBytes === undefined) await createTopics(kafka, [{ topic: name, partitions: 4, compacted: false }]);
    else
      await admin.createTopics({
        waitForLeaders: true,
        topics: [{ topic: name, numPartitions: 4, configEntries: [{ name: 'max.message.bytes', value: String(maxMessageBytes) }] }],
      });
    topics.push(name);
    return name;
  }
  const event = (name: string, key: string, description: string | null = null): OutboxEvent => ({
    contract: { ...contracts.stockMovement, topic: name } as unknown as AnyContract,
    id: randomUUID(),
    source: 'spec',
    key,
    time: '2026-01-01T00:00:00Z',
    value: (seq): StockMovement => ({
      movementId: `${key}/${seq}`,
      sku: key,
      location: 'main',
      kind: 'SALE',
      quantity: seq,
      occurredAt: 1_700_000_000_000_000,
      reference: null,
      description,
    }),
  });
  const append = (events: OutboxEvent[]): Promise<void> => own.database.transaction((tx) => appendOutbox(tx, events));
  const many = (name: string, count: number, keys = 9): OutboxEvent[] =>
    Array.from({ length: count }, (_, index) => event(name, `k-${name.slice(-4)}-${index % keys}`));

  async function listen(name: string): Promise<{ wire: Wire[]; close(): Promise<void> }> {
    const consumer = kafka.consumer({ groupId: `g-${randomUUID()}` });
    await consumer.connect();
    await consumer.subscribe({ topics: [name], fromBeginning: true });
    const wire: Wire[] = [];
    await consumer.run({
      eachMessage: ({ message }) => {
        wire.push({ key: String(message.key), id: String(message.headers?.ce_id), seq: Number(String(message.headers?.ce_seq)) });
        return Promise.resolve();
      },
    });
    return { wire, close: () => consumer.disconnect() };
  }
  interface Relay {
    readonly relay: OutboxRelay;
    readonly blocked: string[];
    readonly database: Database;
    close(): Promise<void>;
  }
  async function start(database = new Database({ url: own.url, max: 3, applicationName: 'spec relay' })): Promise<Relay> {
    const blocked: string[] = [];
    const relay = new OutboxRelay({
      kafka,
      database,
      log: quiet,
      loops: 2,
      onPublished: () => undefined,
      onBlocked: (_topic, key) => void blocked.push(key),
    });
    await relay.start();
    return {
      relay,
      blocked,
      database,
      close: async () => {
        await relay.close();
        await database.close();
      },
    };
  }
  const unsent = (name: string): Promise<unknown[]> =>
    own.database.query(
      `SELECT o.sequence FROM hub.outbox_pending p JOIN hub.outbox o ON o.sequence >= p.first AND o.sequence < p.first + p.rows WHERE o.aggregatetype = $1
UNION SELECT sequence FROM hub.outbox_held WHERE topic = $1`,
      [name],
    );
  const allSent = (name: string): Promise<unknown[]> =>
    eventually(
      () => unsent(name),
      (rows) => rows.length === 0,
    );
  /** After dropping what came twice: the ids of the outbox, and each key counts 1, 2, 3. */
  async function exactAfterDedup(name: string, wire: readonly Wire[]): Promise<void> {
    const written = await own.database.query<{ id: string }>('SELECT id FROM hub.outbox WHERE aggregatetype = $1', [name]);
    await eventually(
      () => new Set(wire.map((row) => row.id)).size,
      (size) => size >= written.length,
    );
    expect(new Set(wire.map((row) => row.id))).toEqual(new Set(written.map((row) => row.id)));
    const seen = new Set<string>();
    const order = new Map<string, number[]>();
    for (const { id, key, seq } of wire) {
      if (seen.has(id)) continue;
      seen.add(id);
      order.set(key, [...(order.get(key) ?? []), seq]);
    }
    for (const seqs of order.values()) expect(seqs).toEqual(seqs.map((_, index) => index + 1));
  }

  it('publishes in order per key, once, woken by the writer', async () => {
    const name = await topic();
    const relay = await start();
    const listener = await listen(name);
    for (let round = 0; round < 6; round += 1) await append(many(name, 300));
    await allSent(name);
    await exactAfterDedup(name, listener.wire);
    expect(listener.wire).toHaveLength(1_800);
    await relay.close();
    await listener.close();
  }, 60_000);

  it('crash between the acknowledgement and the mark: the same ids and numbers again, nothing missing', async () => {
    const name = await topic();
    await append(many(name, 50));
    const crashing = new ForgetfulDatabase({ url: own.url, max: 3, applicationName: 'spec forgetful' });
    const first = await start(crashing);
    const listener = await listen(name);
    await eventually(
      () => listener.wire.length,
      (count) => count >= 50,
    );
    await first.close();
    expect(await unsent(name)).toHaveLength(50);
    const second = await start();
    await allSent(name);
    await eventually(
      () => listener.wire.length,
      (count) => count >= 100,
    );
    await exactAfterDedup(name, listener.wire);
    await second.close();
    await listener.close();
  }, 60_000);

  it('two relays at once: one publishes a shard, and the other goes on when it ends', async () => {
    const name = await topic();
    const [first, second] = [await start(), await start()];
    const listener = await listen(name);
    await Promise.all(Array.from({ length: 4 }, () => append(many(name, 250))));
    await allSent(name);
    await exactAfterDedup(name, listener.wire);
    expect(listener.wire).toHaveLength(1_000);
    await first.close();
    await append(many(name, 100));
    await allSent(name);
    await exactAfterDedup(name, listener.wire);
    expect(listener.wire).toHaveLength(1_100);
    await second.close();
    await listener.close();
  }, 60_000);

  it('a relay that stood still past its lease sends nothing of what it had read', async () => {
    const name = await topic();
    class SlowDatabase extends Database {
      reached: () => void = () => undefined;
      readonly hasRead = new Promise<void>((resolve) => (this.reached = resolve));
      goOn: () => void = () => undefined;
      private readonly gate = new Promise<void>((resolve) => (this.goOn = resolve));
      frozen = false;

      override async query<Row>(...[statement, values]: Parameters<Database['query']>): Promise<Row[]> {
        const named = typeof statement === 'object' ? statement.name : undefined;
        // Its renewals get no answer either: a process that stands still sends none.
        if (named === 'outbox-lease' && this.frozen) await this.gate;
        const rows = await super.query<Row>(statement, values);
        if (named === 'outbox-rows' && rows.length > 0) {
          this.frozen = true;
          this.reached();
          await this.gate;
        }
        return rows;
      }
    }
    const slow = new SlowDatabase({ url: own.url, max: 3, applicationName: 'spec slow' });
    const zombie = await start(slow);
    const listener = await listen(name);
    await append([event(name, 'k')]);
    await slow.hasRead;
    const next = await start();
    await append([event(name, 'k')]);
    await eventually(
      () => listener.wire.map((row) => row.seq).join(),
      (seqs) => seqs === '1,2',
    );
    slow.goOn();
    await append([event(name, 'k')]);
    await eventually(
      () => listener.wire.length,
      (count) => count >= 3,
    );
    expect(listener.wire.map((row) => row.seq)).toEqual([1, 2, 3]);
    await zombie.close();
    await next.close();
    await listener.close();
  }, 60_000);

  it('a key freed while a round that saw it held is under way: nothing stays behind', async () => {
    const name = await topic(3_000);
    await append([event(name, 'big', 'x'.repeat(3_800))]);
    class FreeingDatabase extends Database {
      override async query<Row>(...[statement, values]: Parameters<Database['query']>): Promise<Row[]> {
        const rows = await super.query<Row>(statement, values);
        const named = typeof statement === 'object' ? statement.name : undefined;
        if (named === 'outbox-rows' && rows.some((row) => (row as { held: boolean }).held)) {
          await admin.alterConfigs({
            validateOnly: false,
            resources: [{ type: 2, name, configEntries: [{ name: 'max.message.bytes', value: '1000000' }] }],
          });
          await freeHeldKey(own.database, name, 'big');
        }
        return rows;
      }
    }
    const relay = await start(new FreeingDatabase({ url: own.url, max: 3, applicationName: 'spec freeing' }));
    await eventually(
      () => relay.blocked,
      (blocked) => blocked.length === 1,
    );
    const listener = await listen(name);
    await append([event(name, 'big')]);
    await allSent(name);
    await exactAfterDedup(name, listener.wire);
    await relay.close();
    await listener.close();
  }, 60_000);

  it('a row too large for the broker blocks its key alone; freed, it goes out in order', async () => {
    const name = await topic(3_000);
    const relay = await start();
    const listener = await listen(name);
    const good = many(name, 200, 5);
    await append([
      ...good.slice(0, 100),
      event(name, 'big'),
      event(name, 'big', 'x'.repeat(3_800)),
      event(name, 'big'),
      ...good.slice(100),
    ]);
    await eventually(
      () => unsent(name),
      (rows) => rows.length === 2,
    );
    expect(relay.blocked).toEqual(['big']);
    await append([event(name, 'big'), event(name, 'other')]);
    await eventually(
      () => listener.wire.filter((row) => row.key === 'other').length,
      (count) => count === 1,
    );
    // Twice, perhaps: where one partition of a send was refused, all of it is sent again. Nothing behind the refused row, though.
    expect(new Set(listener.wire.filter((row) => row.key === 'big').map((row) => row.seq))).toEqual(new Set([1]));
    const [row] = await own.database.query<{ reason: string }>(
      'SELECT reason FROM hub.outbox_held WHERE topic = $1 AND reason IS NOT NULL',
      [name],
    );
    expect(row?.reason).toMatch(/max|large/i);
    await eventually(
      () =>
        admin
          .alterConfigs({
            validateOnly: false,
            resources: [{ type: 2, name, configEntries: [{ name: 'max.message.bytes', value: '1000000' }] }],
          })
          .then(() => true),
      (done) => done,
    );
    expect(await freeHeldKey(own.database, name, 'big')).toBe(3);
    await allSent(name);
    await exactAfterDedup(name, listener.wire);
    await relay.close();
    await listener.close();
  }, 60_000);

  it('rows whose sum exceeds what the broker takes at once are sent in parts, none blocked', async () => {
    const name = await topic();
    const relay = await start();
    await append(Array.from({ length: 1_200 }, (_, index) => event(name, 'one-key', `${index} ${'y'.repeat(3_500)}`)));
    await allSent(name);
    expect(relay.blocked).toEqual([]);
    const offsets = await admin.fetchTopicOffsets(name);
    expect(offsets.reduce((sum, entry) => sum + Number(entry.high), 0)).toBe(1_200);
    await relay.close();
  }, 60_000);

  it('a transaction that commits late, with smaller numbers than rows already sent, is published all the same', async () => {
    const name = await topic();
    const relay = await start();
    const writer = new Database({ url: own.url, max: 1, applicationName: 'spec late' });
    let release: () => void = () => undefined;
    const gate = new Promise<void>((resolve) => (release = resolve));
    let written: () => void = () => undefined;
    const isWritten = new Promise<void>((resolve) => (written = resolve));
    const late = writer.transaction(async (tx: Transaction) => {
      await appendOutbox(tx, [event(name, 'late')]);
      // Sent and not waited for: an answer behind it says that it has its number.
      await tx.query('SELECT');
      written();
      await gate;
    });
    await isWritten;
    await append([event(name, 'early')]);
    await allSent(name);
    release();
    await late;
    await allSent(name);
    const [rows] = await own.database.query<{ late: bigint; early: bigint }>(
      `SELECT min(sequence) FILTER (WHERE aggregateid = 'late') AS late, min(sequence) FILTER (WHERE aggregateid = 'early') AS early FROM hub.outbox WHERE aggregatetype = $1`,
      [name],
    );
    expect(rows?.late).toBeLessThan(rows?.early ?? 0n);
    await relay.close();
    await writer.close();
  }, 60_000);

  it('is woken by the writer, not by its poll: ten events one after another are out long before one poll is due', async () => {
    const name = await topic();
    const relay = await start();
    let polls = 0;
    const poll = setInterval(() => (polls += 1), 5_000);
    for (let round = 0; round < 10; round += 1) {
      await append([event(name, 'k')]);
      await allSent(name);
    }
    clearInterval(poll);
    // Without the wake every one of the ten would wait for a poll of its own.
    expect(polls).toBeLessThan(3);
    await relay.close();
  }, 60_000);
});
