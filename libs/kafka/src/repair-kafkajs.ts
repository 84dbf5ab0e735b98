import { kafkajsInternals, type KafkajsInternals } from './kafkajs-internals.ts';
import { scheduleCheckPendingRequests } from './request-queue-timer.ts';

/** Puts the repairs of ADR 0009 into the loaded kafkajs; once or often makes no difference. Throws when another version is installed. */
export function repairKafkajs(internals: KafkajsInternals = kafkajsInternals()): void {
  internals.RequestQueue.prototype.scheduleCheckPendingRequests = scheduleCheckPendingRequests;
}
