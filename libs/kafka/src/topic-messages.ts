import type { Message } from 'kafkajs';

type Groups = Record<string, Message[]>;
/** What kafkajs reduces messages with: gives back the groups with the message in that of its partition, all of which it copies. */
type AddToGroup = (groups: Groups, message: Message) => Groups;

/**
 * Messages of one topic that are grouped by partition in one pass. kafkajs 2.2.4 (`groupMessagesPerPartition`) reduces a topic's messages and
 * copies the partition's messages so far for every one of them, 2 kB an event. Here its function is given each message alone, and only
 * tells the partition. Behaves as any array otherwise.
 */
export function topicMessages(messages: readonly Message[]): Message[] {
  const grouped = [...messages];
  Object.defineProperty(grouped, 'reduce', {
    value: (add: AddToGroup, groups: Groups): Groups => {
      for (const message of grouped)
        for (const partition in add({}, message)) {
          const group = groups[partition];
          if (group === undefined) groups[partition] = [message];
          else group.push(message);
        }
      return groups;
    },
  });
  return grouped;
}
