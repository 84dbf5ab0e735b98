import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import type { Message } from 'kafkajs';
import { topicMessages } from './topic-messages.ts';

type Group = (given: {
  topic: string;
  partitionMetadata: readonly object[];
  messages: readonly Message[];
  partitioner: (given: { message: Message }) => number;
}) => Record<string, Message[]>;
const stock = createRequire(import.meta.url)('kafkajs/src/producer/groupMessagesPerPartition') as Group;

const group = (messages: readonly Message[]): { groups: Record<string, Message[]>; asked: number } => {
  let asked = 0;
  const partitioner = ({ message }: { message: Message }): number => {
    asked += 1;
    return Number(message.key) % 5;
  };
  return { groups: stock({ topic: 't', partitionMetadata: [{}], messages, partitioner }), asked };
};

describe('topicMessages', () => {
  it('are grouped as kafkajs groups an array, each asked for its partition once', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(20)), (keys) => {
        const messages = keys.map((key, index): Message => ({ key: String(key), value: String(index) }));
        const mine = topicMessages(messages);
        expect(group(mine)).toEqual(group(messages));
        expect(group(mine).asked).toBe(messages.length);
        expect([mine.length, [...mine], mine.find((message) => message.value === '3')]).toEqual([messages.length, messages, messages[3]]);
      }),
    );
  });

  it('copy no group for every message', () => {
    const messages = Array.from({ length: 2_000 }, (_, index): Message => ({ key: '1', value: String(index) }));
    const found = group(topicMessages(messages)).groups['1'] ?? [];
    expect(found).toHaveLength(2_000);
    // Stock hands out a new array with every message, so a group that was handed out never grows.
    const kept: Message[][] = [];
    topicMessages(messages).reduce<Record<string, Message[]>>((groups, message) => {
      const next = { ...groups, one: [...(groups.one ?? []), message] };
      kept.push(next.one);
      return next;
    }, {});
    expect(Math.max(...kept.map((list) => list.length))).toBe(1);
  });
});
