/** Stock kafkajs with its own defaults on the topics that the hub's profile stage reads, doing nothing with what comes. */
import { Kafka, logLevel } from 'kafkajs';

const brokers = (process.env.BENCH_BROKERS ?? '').split(',');
const topics = (process.env.BENCH_TOPICS ?? '').split(',');
const consumer = new Kafka({ clientId: 'idle', brokers, logLevel: logLevel.ERROR }).consumer({ groupId: 'bench-idle' });
consumer.on('consumer.group_join', () => process.send?.('ready'));
process.on('disconnect', () => process.exit());
await consumer.connect();
await consumer.subscribe({ topics, fromBeginning: true });
await consumer.run({ eachBatch: () => Promise.resolve() });
