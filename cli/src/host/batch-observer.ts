import type { BatchObserver, PartitionStall } from '@tributary/kafka';
import type { Health, Metrics } from '@tributary/runtime';

/** Turns what the transport reports into metrics and readiness: records by what became of them, batch times, lag, halted and stalled partitions. */
export function createBatchObserver(metrics: Metrics, health: Health): BatchObserver {
  const records = metrics.counter('records_total', 'Records by what became of them.', ['group', 'disposition']);
  const seconds = metrics.histogram('batch_seconds', 'Time of one batch, commit included.', ['group']);
  const sizes = metrics.histogram('batch_records', 'Records of one batch.', ['group'], [1, 10, 50, 100, 250, 500, 1000, 2000]);
  const standing = metrics.gauge('partition_halted', '1 while a partition stands still for a reason a person must look at.', [
    'group',
    'topic',
    'partition',
  ]);
  const lagRecords = metrics.gauge('lag_records', 'Records between the stored offset and the end of the partition.', [
    'group',
    'topic',
    'partition',
  ]);
  const lagSeconds = metrics.gauge('lag_seconds', 'Age of the last record applied, while the partition lags.', [
    'group',
    'topic',
    'partition',
  ]);
  // Changes with every batch: kept, and told when somebody asks.
  const held = new Map<string, Parameters<BatchObserver['held']>>();
  const heldGauge = (name: string, help: string, value: (of: Parameters<BatchObserver['held']>) => number): void =>
    void metrics.gauge(name, help, ['group'], (gauge) => {
      for (const [group, last] of held) gauge.set({ group }, value(last));
    });
  heldGauge('held_records', 'Records that are fetched and not committed yet.', ([, amount]) => amount.events);
  heldGauge('held_bytes', 'Bytes that are fetched and not committed yet.', ([, amount]) => amount.bytes);
  heldGauge('fetch_paused', '1 while fetching stands still because too much is held.', ([, , paused]) => (paused ? 1 : 0));
  return {
    batch(group, result, milliseconds) {
      for (const name of ['applied', 'duplicate', 'stale', 'parked', 'quarantined'] as const)
        if (result[name] > 0) records.inc({ group, disposition: name }, result[name]);
      seconds.observe({ group }, milliseconds / 1000);
      sizes.observe({ group }, result.applied + result.duplicate + result.stale + result.parked + result.quarantined);
    },
    position(group, topic, partition, next, high, lastTimestamp) {
      const labels = { group, topic, partition: String(partition) };
      const lag = Number(high - next);
      lagRecords.set(labels, Math.max(0, lag));
      lagSeconds.set(labels, lag <= 0 ? 0 : Math.max(0, (Date.now() - lastTimestamp) / 1000));
    },
    stalled(group, topic, partition, stall) {
      health.report(`${group} ${topic}/${partition}`, stall === undefined ? 'ok' : { reason: stallReason(stall) });
    },
    silent(group, milliseconds) {
      health.report(
        `broker of ${group}`,
        milliseconds === undefined ? 'ok' : { reason: `has not answered for ${Math.round(milliseconds / 1000)} s` },
      );
    },
    held(...last) {
      held.set(last[0], last);
    },
    halted(group, topic, partition, reason) {
      standing.set({ group, topic, partition: String(partition) }, reason === undefined ? 0 : 1);
      health.report(`${group} ${topic}/${partition}`, reason === undefined ? 'ok' : { reason });
    },
  };
}

const WAITS_FOR = {
  commit: 'its records wait for the database',
  fetch: 'nothing of it is fetched',
  position: 'its position could not be read from the database',
};
const stallReason = ({ lag, milliseconds, waitsFor }: PartitionStall): string =>
  `lags ${lag} records and has not moved for ${Math.round(milliseconds / 1000)} s: ${WAITS_FOR[waitsFor]}`;
