import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { createProducer, type Kafka } from '@tributary/kafka';
import { storedOffsets } from '@tributary/persistence';
import { BatchServerRig } from '../../../test/support/batch-server-rig.ts';
import { movementMessage } from '../../../test/support/counting-stage.ts';
import { eventually } from '../../../test/support/eventually.ts';

/** Sends a partition at a time: a send over several may reach some of them and fail, and trying it again would send those twice. */
async function sendTo(
  producer: ReturnType<Kafka['producer']>,
  topic: string,
  numbered: readonly { number: number; partition: number }[],
): Promise<void> {
  for (const partition of new Set(numbered.map((item) => item.partition))) {
    const messages = numbered
      .filter((item) => item.partition === partition)
      .map(({ number }) => ({ ...movementMessage(`${topic}/${number}`), partition }));
    await eventually(
      () =>
        producer.send({ topic, messages }).then(
          () => true,
          // The broker itself learns of a new partition a moment later.
          () => false,
        ),
      (sent) => sent,
    );
  }
}

describe('a topic that grows in place', () => {
  let rig: BatchServerRig;
  beforeAll(async () => void (rig = await BatchServerRig.open()), 60_000);
  afterAll(() => rig.close(), 30_000);

  it('new partitions are consumed from their beginning, also what was in them before anybody saw them (K5)', async () => {
    const name = await rig.topic(2);
    const group = `g-${name}`;
    const started = await rig.start(name, { group, metadataMaxAgeMs: 1_500, watchMs: 200 });
    await rig.send(name, 0, 20);
    await rig.allOnce(name, 20);
    await rig.admin.createPartitions({ topicPartitions: [{ topic: name, count: 5 }] });
    // A producer that knows the new partitions at once, before the consumer does: another service.
    const producer = createProducer(rig.kafka);
    await producer.connect();
    const into = (from: number, to: number): Promise<void> =>
      sendTo(
        producer,
        name,
        Array.from({ length: to - from }, (_, index) => ({ number: from + index, partition: (from + index) % 5 })),
      );
    await into(20, 70);
    await rig.allOnce(name, 70);
    await into(70, 120);
    await rig.allOnce(name, 120);
    const offsets = await storedOffsets(rig.own.database, group);
    expect(offsets.map(({ partition }) => partition).sort()).toEqual([0, 1, 2, 3, 4]);
    expect(await rig.identity(group)).toMatchObject({ consumed: 120n, gaps: 0n });
    expect(started.halts).toEqual([]);
    await producer.disconnect();
    await started.close();
  }, 60_000);

  it('and are found at the next start, when they came while nobody ran', async () => {
    const name = await rig.topic(1);
    const group = `g-${name}`;
    const first = await rig.start(name, { group });
    await rig.send(name, 0, 5);
    await rig.allOnce(name, 5);
    await first.close();
    await rig.admin.createPartitions({ topicPartitions: [{ topic: name, count: 3 }] });
    const producer = createProducer(rig.kafka);
    await producer.connect();
    await sendTo(
      producer,
      name,
      [5, 6, 7].map((number) => ({ number, partition: number - 5 })),
    );
    const second = await rig.start(name, { group });
    await rig.allOnce(name, 8);
    expect(await rig.identity(group)).toMatchObject({ consumed: 8n });
    await producer.disconnect();
    await second.close();
  }, 60_000);
});
