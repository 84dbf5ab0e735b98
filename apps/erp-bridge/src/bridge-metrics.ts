import type { Queryable } from '@tributary/persistence';
import type { Metrics } from '@tributary/runtime';

/** Registers what is asked of the database at each scrape: what waits, what a person must look at, answers to nothing known. */
export function observeBridge(metrics: Metrics, db: Queryable, configured: boolean): void {
  metrics.gauge('erp_configured', 'Whether an ERP is configured; without one deliveries wait.').set(configured ? 1 : 0);
  metrics.gauge('erp_deliveries', 'Deliveries that wait or failed for good.', ['status'], async (gauge) => {
    const [row] = await db.query<{ pending: bigint; failed: bigint }>(
      `SELECT (SELECT count(*) FROM erp_bridge.delivery WHERE status = 'pending') AS pending,
  (SELECT count(*) FROM erp_bridge.delivery WHERE status = 'failed') AS failed`,
    );
    gauge.set({ status: 'pending' }, Number(row?.pending ?? 0n));
    gauge.set({ status: 'failed' }, Number(row?.failed ?? 0n));
  });
  metrics.gauge('erp_unknown_acknowledgements', 'Answers of the ERP to events that were never queued here.', [], async (gauge) => {
    const [row] = await db.query<{ unknown: bigint }>(
      `SELECT count(*) AS unknown FROM erp_bridge.acknowledgement a
WHERE NOT EXISTS (SELECT FROM erp_bridge.delivery d WHERE d.event_id = a.subject_id)`,
    );
    gauge.set(Number(row?.unknown ?? 0n));
  });
}
