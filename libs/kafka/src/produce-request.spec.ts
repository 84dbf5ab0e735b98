import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EventHeaders } from './event-headers.ts';
import { encodeProduce, isPlain, type EncodableMessage, type ProduceArguments } from './produce-request.ts';

const stock = createRequire(import.meta.url)('kafkajs/src/protocol/requests/produce/v3/request') as (given: ProduceArguments) => {
  encode(): Promise<{ buffer: Buffer }>;
};

const bytes = fc.uint8Array({ maxLength: 300 }).map((content) => Buffer.from(content));
const text = fc.string({ unit: 'grapheme', maxLength: 80 });
const content = fc.oneof(bytes, text);
/** Like ours; kafkajs cannot encode a header without a value, which the hub never writes. */
const headers = fc.dictionary(
  text.filter((name) => name !== '__proto__'),
  fc.oneof(content, fc.array(content, { maxLength: 3 })),
  { maxKeys: 70 },
);
const eventHeaders = fc
  .record({
    id: text,
    source: text,
    type: text,
    time: text,
    seq: fc.bigInt({ min: 0n, max: 2n ** 63n - 1n }),
    traceparent: fc.option(text),
  })
  .map((said) => new EventHeaders(said));
const message: fc.Arbitrary<EncodableMessage> = fc.record(
  {
    key: fc.option(content),
    value: fc.option(content),
    headers: fc.oneof(headers, eventHeaders),
    timestamp: fc.integer({ min: 1_700_000_000_000, max: 1_790_000_000_000 }).map(String),
  },
  { requiredKeys: ['value'] },
);
const given: fc.Arbitrary<ProduceArguments> = fc.record({
  acks: fc.constantFrom(-1, 1),
  timeout: fc.nat(),
  topicData: fc.array(
    fc.record({
      topic: text,
      partitions: fc.array(fc.record({ partition: fc.nat(), messages: fc.array(message, { minLength: 1, maxLength: 5 }) }), {
        maxLength: 3,
      }),
    }),
    { maxLength: 3 },
  ),
});

describe('encodeProduce', () => {
  it('writes, byte for byte, what kafkajs writes', async () => {
    await fc.assert(
      fc.asyncProperty(given, async (request) => {
        // Every message has a time: the stock encoder asks the clock for those that have none.
        const timed = {
          ...request,
          topicData: request.topicData.map(({ topic, partitions }) => ({
            topic,
            partitions: partitions.map(({ partition, messages }) => ({
              partition,
              messages: messages.map((one) => ({ timestamp: '1750000000000', ...one })),
            })),
          })),
        };
        const expected = (await stock(timed).encode()).buffer;
        expect(encodeProduce(timed, 0).toString('hex')).toBe(expected.toString('hex'));
      }),
      { numRuns: 300 },
    );
  });

  it('gives a message without a time the given one', () => {
    const messages = [{ value: 'a' }];
    const request = (one: readonly EncodableMessage[]): ProduceArguments => ({
      acks: -1,
      timeout: 1,
      topicData: [{ topic: 't', partitions: [{ partition: 0, messages: one }] }],
    });
    expect(encodeProduce(request(messages), 1_750_000_000_000)).toEqual(
      encodeProduce(request([{ value: 'a', timestamp: '1750000000000' }]), 0),
    );
  });

  it('leaves idempotent, transactional and compressed requests to kafkajs', () => {
    const plain: ProduceArguments = { acks: -1, timeout: 1, topicData: [] };
    expect(isPlain(plain)).toBe(true);
    expect(isPlain({ ...plain, producerId: 7 })).toBe(false);
    expect(isPlain({ ...plain, transactionalId: 't' })).toBe(false);
    expect(isPlain({ ...plain, compression: 1 })).toBe(false);
  });
});
