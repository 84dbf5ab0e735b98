import kafkajs from 'kafkajs';
import { plainKafka } from '../stack/topics.ts';
import { TOPIC, type Workload } from './workload.ts';

/** Records of one send: larger ones cost kafkajs more than they save. */
const SEND = 1_000;

/** Writes the events `from` to `to` of the workload, in order, acknowledged one send after the other. */
export async function loadTopic(brokers: string, workload: Workload, from = 0, to = workload.options.events): Promise<void> {
  const producer = plainKafka(brokers, 'bench-loader').producer({ createPartitioner: kafkajs.Partitioners.DefaultPartitioner });
  await producer.connect();
  try {
    for (let start = from; start < to; start += SEND) {
      const messages = [];
      for (let index = start; index < Math.min(to, start + SEND); index += 1) messages.push(workload.recordOf(index));
      await producer.send({ topic: TOPIC, acks: -1, messages });
    }
  } finally {
    await producer.disconnect();
  }
}
