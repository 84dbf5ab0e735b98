import type { BatchObserver } from '@tributary/kafka';
import type { Health, Metrics } from '@tributary/runtime';

/** A partition that lags without moving for this long makes the process not ready. */
const STALL_MS = 120_000;

/** Turns what the transport reports into metrics and readiness: records by what became of them, batch times, lag, halted and stalled partitions. */
export function createBatchObserver(metrics: Metrics, health: Health): BatchObserver {
  const records = metrics.counter('records_total', 'Records by what became of them.', ['group', 'disposition']);
  const seconds = metrics.histogram('batch_seconds', 'Time of one batch, commit included.', ['group']);
  const sizes = metrics.histogram('batch_records', 'Records of one batch.', ['group'], [1, 10, 50, 100, 250, 500, 1000, 2000]);
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
  const stalls = new Map<string, NodeJS.Timeout>();
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
      const name = `${group} ${topic}/${partition}`;
      clearTimeout(stalls.get(name));
      health.report(name, 'ok');
      if (lag <= 0) stalls.delete(name);
      else {
        const timer = setTimeout(
          () => health.report(name, { reason: `lags ${lag} records and has not moved for ${STALL_MS / 1000} s` }),
          STALL_MS,
        );
        timer.unref();
        stalls.set(name, timer);
      }
    },
    halted(group, topic, partition, reason) {
      health.report(`${group} ${topic}/${partition}`, reason === undefined ? 'ok' : { reason });
    },
  };
}
