import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Consumer } from 'kafkajs';
import { BatchServerRig } from '../../../test/support/batch-server-rig.ts';
import { movementMessage } from '../../../test/support/counting-stage.ts';
import { eventually } from '../../../test/support/eventually.ts';

const MIB = 1024 * 1024;

describe('back-pressure', () => {
  let rig: BatchServerRig;
  beforeAll(async () => void (rig = await BatchServerRig.open()), 60_000);
  afterAll(() => rig.close(), 30_000);

  /** The movements `from` to `to`, exclusively, in each partition, each with a header of so many bytes. */
  async function fill(name: string, partitions: number, from: number, to: number, bytes: number): Promise<void> {
    for (let partition = 0; partition < partitions; partition += 1)
      await rig.producer.send({
        topic: name,
        acks: -1,
        messages: Array.from({ length: to - from }, (_, index) => {
          const message = movementMessage(`${name}/${partition}-${from + index}`);
          return { ...message, partition, headers: { ...message.headers, padding: 'x'.repeat(bytes) } };
        }),
      });
  }

  it('a database that does not move holds one bounded fetch of 80 partitions, not everything there is', async () => {
    const name = await rig.topic(80);
    // 80 partitions with two batches of 112 KiB: 18 MiB.
    for (const from of [0, 7]) await fill(name, 80, from, from + 7, 16 * 1024);
    const gate = rig.gate();
    let most = 0;
    const started = await rig.start(name, {
      // The first answers are thrown away while positions are being taken: it is held up at the first large one.
      onClose: () => (most > MIB ? gate.pass() : Promise.resolve()),
      observer: { held: (_group, { bytes }) => void (most = Math.max(most, bytes)) },
    });
    await eventually(
      () => gate.arrived,
      (n) => n > 0,
    );
    const fetches = { n: 0 };
    started.server.unwrap<Consumer>().on('consumer.fetch', () => void (fetches.n += 1));
    const before = most;
    await rig.send(name, 0, 500);
    expect(fetches.n).toBe(0);
    expect(most).toBe(before);
    gate.open();
    await rig.allOnce(name, 80 * 14 + 500);
    // 8 MiB a fetch, and the batch that is begun is given whole.
    expect(most).toBeLessThan(9 * MIB);
    await rig.identity(started.stage.group);
    await started.close();
  }, 90_000);

  it('beyond its bounds it pauses every partition, and goes on by itself when there is room, without losing one', async () => {
    const name = await rig.topic(8);
    await fill(name, 8, 0, 200, 200);
    const gate = rig.gate();
    const turns: boolean[] = [];
    const started = await rig.start(name, {
      maxHeld: { events: 300, bytes: 64 * MIB },
      onClose: () => gate.pass(),
      observer: { held: (_group, _amount, paused) => void (paused === turns.at(-1) || turns.push(paused)) },
    });
    const consumer = started.server.unwrap<Consumer>();
    const paused = (): number => consumer.paused().flatMap(({ partitions }) => partitions).length;
    await eventually(paused, (n) => n === 8);
    gate.open();
    await rig.allOnce(name, 1_600);
    await eventually(paused, (n) => n === 0);
    expect(turns.slice(0, 3)).toEqual([false, true, false]);
    await rig.identity(started.stage.group);
    await started.close();
  }, 60_000);
});
