import { topology } from '@tributary/contracts';
import { createTopics, type Kafka } from '@tributary/kafka';
import type { History } from './history.ts';
import { PARTITIONS, topicSpecs, type Stack } from './stack.ts';

/** What an operator or an accident does to Kafka, and how to wait. */
export class BrokerHands {
  /** The rig's own client of the broker, past all proxies. */
  kafka: Kafka;

  constructor(
    readonly stack: Stack,
    readonly history: History,
  ) {
    this.kafka = stack.kafka;
  }

  pause(ms: number): Promise<void> {
    return new Promise((resolve) => setTimeout(resolve, ms));
  }

  /** Waits until a condition holds; throws with its name when it does not within the limit. */
  async until(holds: () => boolean | Promise<boolean>, what: string, limitMs = 60_000): Promise<void> {
    const end = performance.now() + limitMs;
    while (!(await holds())) {
      if (performance.now() > end) throw new Error(`not so within ${limitMs / 1000} s: ${what}`);
      await this.pause(50);
    }
  }

  /** Ids of the members of a group. */
  async members(group: string): Promise<string[]> {
    const described = await this.admin((admin) => admin.describeGroups([group]));
    return (described.groups[0]?.members ?? []).map((member) => member.memberId).sort();
  }

  /** Waits until a group has `count` members and every one of them its share. */
  async shared(group: string, count: number): Promise<void> {
    await this.until(async () => {
      const [found] = (await this.admin((admin) => admin.describeGroups([group]))).groups;
      return found?.state === 'Stable' && found.members.length === count;
    }, `the group ${group} has ${count} members`);
  }

  /** What an operator may do to a group that nobody is in. */
  async tamperOffsets(group: string, how: 'delete' | 'end'): Promise<void> {
    this.history.note('offsets tampered with', { group, how });
    await this.admin(async (admin) => {
      if (how === 'delete') return void (await admin.deleteGroups([group]));
      for (const { topic } of topology.profile.reads) {
        const partitions = (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => ({ partition, offset: high }));
        await admin.setOffsets({ groupId: group, topic, partitions });
      }
    });
  }

  /** Deletes every record of a topic. */
  async trim(topic: string): Promise<void> {
    await this.admin(async (admin) => {
      const partitions = (await admin.fetchTopicOffsets(topic)).map(({ partition, high }) => ({ partition, offset: high }));
      this.history.note('topic trimmed', { topic, partitions });
      await admin.deleteTopicRecords({ topic, partitions });
    });
  }

  /** Deletes a topic and makes it again, empty. */
  async remake(topic: string): Promise<void> {
    this.history.note('topic made again', { topic });
    await this.admin((admin) => admin.deleteTopics({ topics: [topic] }));
    await this.until(async () => !(await this.admin((admin) => admin.listTopics())).includes(topic), `the topic ${topic} is gone`);
    await createTopics(this.kafka, [{ topic, partitions: PARTITIONS, compacted: false }]);
  }

  /**
   * Waits until every partition has a leader that answers and all its replicas in sync: a write before that may be refused in part, and
   * whoever tries again then writes the other part twice.
   */
  async brokersLead(): Promise<void> {
    const topics = topicSpecs.map(({ topic }) => topic);
    const led = (): Promise<boolean> =>
      this.admin(async (admin) => {
        const found = await admin.fetchTopicMetadata({ topics });
        for (const topic of topics) await admin.fetchTopicOffsets(topic);
        return found.topics.every(({ partitions }) => partitions.every(({ isr, replicas }) => isr.length === replicas.length));
      });
    await this.until(() => led().catch(() => false), 'every partition is led and in sync');
  }

  private async admin<T>(work: (admin: ReturnType<Kafka['admin']>) => Promise<T>): Promise<T> {
    const admin = this.kafka.admin();
    await admin.connect();
    try {
      return await work(admin);
    } finally {
      await admin.disconnect();
    }
  }
}
