/** A further port of the broker, which tells clients that come in over it to go on to `advertised`: the port of something in between. */
export type KafkaListener = { port: number; advertised: number };

/** Settings of the one-node broker; `heapMb` goes to the JVM instead. */
export type KafkaAddress = { broker: number; controller: number; logDir: string; listeners?: readonly KafkaListener[] };

/**
 * The server.properties of a broker that is its own controller. One node: every internal topic has one replica. Eight partitions of
 * each internal topic instead of fifty keep start and recovery short.
 */
export function kafkaProperties(address: KafkaAddress): string {
  const further = (address.listeners ?? []).map((listener, index) => ({ ...listener, name: `VIA${index}` }));
  const settings: Record<string, string | number | boolean> = {
    'process.roles': 'broker,controller',
    'node.id': 1,
    'controller.quorum.voters': `1@127.0.0.1:${address.controller}`,
    listeners: [
      `PLAINTEXT://127.0.0.1:${address.broker}`,
      `CONTROLLER://127.0.0.1:${address.controller}`,
      ...further.map(({ name, port }) => `${name}://127.0.0.1:${port}`),
    ].join(','),
    'advertised.listeners': [
      `PLAINTEXT://127.0.0.1:${address.broker}`,
      ...further.map(({ name, advertised }) => `${name}://127.0.0.1:${advertised}`),
    ].join(','),
    'listener.security.protocol.map': ['PLAINTEXT', 'CONTROLLER', ...further.map(({ name }) => name)]
      .map((name) => `${name}:PLAINTEXT`)
      .join(','),
    'controller.listener.names': 'CONTROLLER',
    'log.dirs': propertyValue(address.logDir),
    'auto.create.topics.enable': false,
    'message.max.bytes': 2 * 1024 * 1024,
    'replica.fetch.max.bytes': 2 * 1024 * 1024,
    'log.retention.hours': 7 * 24,
    // What may be deleted leaves the disk within a minute, not within five.
    'log.retention.check.interval.ms': 60_000,
    // Records that were deleted come back after a crash until the new start of their log is on disk (after a minute by default).
    'log.flush.start.offset.checkpoint.interval.ms': 2_000,
    'log.segment.bytes': 128 * 1024 * 1024,
    'log.cleaner.dedupe.buffer.size': 8 * 1024 * 1024,
    'offsets.topic.num.partitions': 8,
    'offsets.topic.replication.factor': 1,
    // A consumer that was off for a while finds its place again as long as its topic keeps the records.
    'offsets.retention.minutes': 30 * 24 * 60,
    'transaction.state.log.num.partitions': 8,
    'transaction.state.log.replication.factor': 1,
    'transaction.state.log.min.isr': 1,
    'share.coordinator.state.topic.num.partitions': 8,
    'share.coordinator.state.topic.replication.factor': 1,
    'share.coordinator.state.topic.min.isr': 1,
    'group.initial.rebalance.delay.ms': 0,
    // After a crash the controller refuses the restarted broker until the session of its former life has run out (9 s by default).
    // Broker and controller are one process here, so that a short session cannot be lost to the network.
    'broker.session.timeout.ms': 3_000,
    'broker.heartbeat.interval.ms': 500,
  };
  return Object.entries(settings)
    .map(([key, value]) => `${key}=${value}\n`)
    .join('');
}

/** java.util.Properties reads a backslash as an escape. */
function propertyValue(text: string): string {
  return text.replaceAll('\\', '\\\\');
}
