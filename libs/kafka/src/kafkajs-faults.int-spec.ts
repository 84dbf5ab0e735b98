import { randomUUID } from 'node:crypto';
import { connect } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { freePorts } from '@tributary/embedded';
import { createProducer } from '@tributary/kafka';
import { applyBatch, groupNumber, openOffset } from '@tributary/persistence';
import kafkajs, { logLevel, type Consumer, type Producer } from 'kafkajs';
import { kafkaAnswers } from '../../../test/faults/rig/answer-reader.ts';
import { TcpProxy } from '../../../test/faults/rig/tcp-proxy.ts';
import { BatchServerRig } from '../../../test/support/batch-server-rig.ts';
import { countingStage, movementRecord } from '../../../test/support/counting-stage.ts';
import { eventually } from '../../../test/support/eventually.ts';

const brokers = (process.env.KAFKA_BROKERS ?? '').split(',');
const BROKER_PORT = Number(brokers[0]?.split(':')[1]);
const REQUEST_MS = 1_500;

/** What the stock client does under a fault, and what ours does: the reasons for which it is used as it is (docs/kafka-client.md). */
describe('faults of kafkajs on the broker', () => {
  let rig: BatchServerRig;
  let line: TcpProxy;
  beforeAll(async () => {
    rig = await BatchServerRig.open();
    const [port = 0] = await freePorts(1);
    line = await TcpProxy.open(port, () => BROKER_PORT, kafkaAnswers);
  }, 60_000);
  afterAll(async () => {
    await line.close();
    await rig.close();
  }, 30_000);

  /** A client whose every connection goes over the line, whatever address the broker tells. */
  const overLine = (): kafkajs.Kafka =>
    new kafkajs.Kafka({
      brokers,
      logLevel: logLevel.NOTHING,
      requestTimeout: REQUEST_MS,
      retry: { initialRetryTime: 50, retries: 5 },
      socketFactory: ({ onConnect }) => connect({ host: '127.0.0.1', port: line.port }, onConnect as () => void),
    });
  /** Loses the next answer of a kind, once. */
  function loseNext(kind: string): { lost: number } {
    const seen = { lost: 0 };
    line.onAnswer((answered) => {
      if (answered !== kind || seen.lost > 0) return 'pass';
      seen.lost += 1;
      return 'swallow';
    });
    return seen;
  }
  /** Values of a topic, in order. */
  async function values(topic: string): Promise<string[]> {
    const consumer = rig.kafka.consumer({ groupId: randomUUID() });
    const [mark] = await rig.watermarks.read([topic]);
    const found: string[] = [];
    let last = -1n;
    await consumer.connect();
    await consumer.subscribe({ topics: [topic], fromBeginning: true });
    await consumer.run({
      eachMessage: ({ message }) => {
        found.push(message.value?.toString() ?? '');
        last = BigInt(message.offset);
        return Promise.resolve();
      },
    });
    await eventually(
      () => last + 1n,
      (next) => next === mark?.high,
    );
    await consumer.disconnect();
    return found;
  }
  const numbers = Array.from({ length: 20 }, (_, index) => String(index));
  /** Twenty sends at once; gives what the producer said was written. */
  async function sendAll(producer: Producer, topic: string, wanted = numbers): Promise<string[]> {
    const outcomes = await Promise.allSettled(wanted.map((value) => producer.send({ topic, acks: -1, messages: [{ key: 'k', value }] })));
    return wanted.filter((_, index) => outcomes[index]?.status === 'fulfilled');
  }

  it('T-K1: one lost answer under twenty sends: the idempotent producer loses what it said was written, ours does not', async () => {
    const stockTopic = await rig.topic();
    const stock = overLine().producer({ idempotent: true, createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
    await stock.connect();
    await stock.send({ topic: stockTopic, messages: [{ key: 'k', value: 'first' }] });
    const first = loseNext('Produce');
    const claimed = await sendAll(stock, stockTopic);
    const written = await values(stockTopic);
    const missing = claimed.filter((value) => !written.includes(value));
    expect(first.lost).toBe(1);
    expect(missing.length).toBeGreaterThan(0);
    line.heal();
    await stock.disconnect();

    const topic = await rig.topic();
    const ours = createProducer(overLine());
    await ours.connect();
    await ours.send({ topic, messages: [{ key: 'k', value: 'first' }] });
    const second = loseNext('Produce');
    const said = await sendAll(ours, topic);
    expect(second.lost).toBe(1);
    // What failed is told, and whoever sent it sends it again.
    expect(said.length).toBeLessThan(numbers.length);
    const failed = numbers.filter((value) => !said.includes(value));
    expect(await sendAll(ours, topic, failed)).toEqual(failed);
    const arrived = await values(topic);
    // Doubled on the wire, which the event id undoes; none missing.
    expect([...new Set(arrived)].filter((value) => value !== 'first').sort()).toEqual([...numbers].sort());
    line.heal();
    await ours.disconnect();
  }, 90_000);

  it('T-K2: a lost answer to the end of a transaction wedges the transactional producer, which the hub does not use', async () => {
    const topic = await rig.topic();
    const producer = overLine().producer({
      transactionalId: randomUUID(),
      idempotent: true,
      maxInFlightRequests: 1,
    });
    await producer.connect();
    const transaction = await producer.transaction();
    await transaction.send({ topic, messages: [{ key: 'k', value: 'v' }] });
    loseNext('Api26');
    await expect(transaction.commit()).rejects.toThrow();
    line.heal();
    await expect(transaction.abort()).rejects.toThrow('once ended');
    await expect(producer.transaction()).rejects.toThrow('COMMITTING');
    await producer.disconnect();
  }, 60_000);

  it('T-K3: transactional offsets of a member that the group has left behind are taken; our compare-and-set refuses them', async () => {
    const topic = await rig.topic();
    const groupId = `g-${topic}`;
    await rig.send(topic, 0, 9);
    // The group has moved on to 9 under another member.
    await rig.admin.setOffsets({ groupId, topic, partitions: [{ partition: 0, offset: '9' }] });
    const zombie = rig.kafka.producer({
      transactionalId: randomUUID(),
      idempotent: true,
      maxInFlightRequests: 1,
      createPartitioner: kafkajs.Partitioners.DefaultPartitioner,
    });
    await zombie.connect();
    const transaction = await zombie.transaction();
    await transaction.sendOffsets({ consumerGroupId: groupId, topics: [{ topic, partitions: [{ partition: 0, offset: '3' }] }] });
    await transaction.commit();
    await zombie.disconnect();
    // Taken: the group stands at 3 again, as soon as the transaction's marker is written.
    await eventually(
      async () => (await rig.admin.fetchOffsets({ groupId, topics: [topic] }))[0]?.partitions[0]?.offset,
      (offset) => offset === '3',
    );

    const stage = countingStage({ topic, group: groupId });
    await openOffset(rig.database, groupId, topic, 0, 9n);
    const context = { database: rig.database, stage, groupId: await groupNumber(rig.database, groupId), now: () => new Date() };
    const records = [{ ...movementRecord(2, `${topic}/2`), topic }];
    await expect(applyBatch(context, [{ topic, partition: 0, expected: 2n, next: 3n, records }])).rejects.toMatchObject({
      name: 'FencedError',
    });
    expect(await rig.counted(topic)).toEqual({ count: 0, most: 0 });
    expect(await openOffset(rig.database, groupId, topic, 0, 0n)).toBe(9n);
  }, 60_000);

  it('T-K4: records removed unread: the stock consumer jumps over them without a word, ours halts with the range', async () => {
    const topic = await rig.topic();
    const group = `g-${topic}`;
    await rig.send(topic, 0, 10);
    const before = await rig.start(topic, { group });
    await rig.allOnce(topic, 10);
    await before.close();
    await rig.admin.setOffsets({ groupId: `stock-${group}`, topic, partitions: [{ partition: 0, offset: '10' }] });
    await rig.send(topic, 10, 20);
    await eventually(
      () =>
        rig.admin.deleteTopicRecords({ topic, partitions: [{ partition: 0, offset: '15' }] }).then(
          () => true,
          () => false,
        ),
      (done) => done,
    );
    const stock: Consumer = rig.kafka.consumer({ groupId: `stock-${group}` });
    const offsets: string[] = [];
    await stock.connect();
    await stock.subscribe({ topics: [topic], fromBeginning: true });
    await stock.run({ eachMessage: ({ message }) => Promise.resolve(void offsets.push(message.offset)) });
    await eventually(
      () => offsets,
      (seen) => seen.length > 0,
    );
    expect(offsets[0]).toBe('15');
    await stock.disconnect();
    const ours = await rig.start(topic, { group });
    await eventually(
      () => ours.halts,
      (halts) => halts.length > 0,
    );
    expect(ours.halts).toEqual(['offsets 10 to 14 were removed by the broker before they were read']);
    expect(await rig.counted(topic)).toEqual({ count: 10, most: 1 });
    await ours.close();
  }, 60_000);
});
