import type { KafkaLog } from '@tributary/kafka';

/** For verbs that print their own faults: what the client library says on the way is left out. */
export const quietLog: KafkaLog = { info: () => undefined, warn: () => undefined, error: () => undefined };
