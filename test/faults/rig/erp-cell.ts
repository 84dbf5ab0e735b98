import { contracts, toHeaders } from '@tributary/contracts';
import { createProducer } from '@tributary/kafka';
import { secret, startFakeErp, type FakeErp } from '../../../apps/erp-bridge/test/fake-erp.ts';
import type { CellRig, HubStart } from './cell-rig.ts';
import type { HubProcess } from './hub-process.ts';

/** 2026-03-01, microseconds. */
const AS_OF = Date.UTC(2026, 2, 1) * 1000;

interface DeliveryRow {
  readonly id: string;
  readonly status: string;
}

/** An ERP, processes that deliver to it, and what it must have got in the end. */
export class ErpCell {
  private readonly wanted = new Map<string, string[]>();

  private constructor(
    private readonly rig: CellRig,
    readonly erp: FakeErp,
  ) {}

  /** Starts the ERP; the cell is settled only when everything fed is noted as delivered. */
  static async open(rig: CellRig): Promise<ErpCell> {
    const cell = new ErpCell(rig, await startFakeErp());
    rig.closers.push(() => cell.erp.close());
    rig.waitsFor('deliveries', async () => (await cell.deliveries()).filter(({ status }) => status === 'delivered').length === cell.count);
    return cell;
  }

  /** A process with the erp-bridge. */
  bridge(options: HubStart = {}): Promise<HubProcess> {
    return this.rig.up({
      apps: ['erp-bridge'],
      relay: false,
      ...options,
      settings: { TRIBUTARY_ERP_URL: this.erp.url, TRIBUTARY_ERP_SECRET: secret, TRIBUTARY_ERP_PULL_EVERY: '1', ...options.settings },
    });
  }

  /** Sends changes of segment: `keys` profiles, `each` events of every one, numbered on from what was fed before. */
  async feed(keys: number, each: number, prefix = 'p'): Promise<void> {
    const { segmentChange } = contracts;
    const messages = Array.from({ length: keys * each }, (_, index) => {
      const key = `${prefix}-${index % keys}`;
      const ids = this.wanted.get(key) ?? [];
      const seq = BigInt(ids.length + 1);
      const id = `${key}-${seq}`;
      this.wanted.set(key, [...ids, id]);
      const value = {
        profileId: key,
        seq,
        segment: 'loyal',
        segmentVersion: 1,
        change: 'ENTERED',
        reason: 'r',
        facts: [],
        asOf: AS_OF,
      } as const;
      const headers = toHeaders({ id, source: 'insight', type: segmentChange.name, time: '2026-03-01T00:00:00Z', seq });
      return { key: Buffer.from(segmentChange.key(value, 'insight')), value: segmentChange.encode(value), headers };
    });
    const producer = createProducer(this.rig.kafka);
    await producer.connect();
    await producer.send({ topic: segmentChange.topic, acks: -1, messages });
    await producer.disconnect();
    this.rig.history.note('segments sent', { keys, each, prefix });
  }

  deliveries(): Promise<DeliveryRow[]> {
    return this.rig.database.query<DeliveryRow>('SELECT event_id AS id, status FROM erp_bridge.delivery');
  }

  /** Events that the ERP got more than once. */
  get repeated(): number {
    return this.erp.seen.length - new Set(this.erp.seen.map(({ id }) => id)).size;
  }

  /** Compares what the ERP saw, repeated ids dropped as it must, with what was fed. */
  async judge(): Promise<void> {
    const { rig, erp } = this;
    const bodies = new Map<string, string>();
    const got = new Map<string, string[]>();
    for (const { id, key, body } of erp.seen) {
      const before = bodies.get(id);
      if (before !== undefined) {
        rig.demand(before === body, `${id} was sent again with another body`);
        continue;
      }
      bodies.set(id, body);
      got.set(key, [...(got.get(key) ?? []), id]);
    }
    for (const [key, ids] of this.wanted) {
      const seen = got.get(key) ?? [];
      const missing = ids.filter((id) => !seen.includes(id)).length;
      rig.tally.lost += missing;
      rig.demand(missing === 0, `${missing} events of ${key} never came to the ERP`);
      rig.tally.doubled += seen.filter((id) => !ids.includes(id)).length;
      if (missing > 0 || seen.join() === ids.join()) continue;
      rig.tally.orderKept = false;
      rig.demand(false, `${key} came as ${seen.join(', ')}`);
    }
    const rows = await this.deliveries();
    rig.tally.doubled += Math.max(0, rows.length - this.count);
    rig.demand(rows.length === this.count, `${rows.length} deliveries stand for ${this.count} events`);
    rig.demand(erp.badSignatures === 0, `${erp.badSignatures} signatures were wrong`);
    rig.history.note('the ERP saw', { requests: erp.seen.length, repeated: this.repeated });
  }

  private get count(): number {
    return [...this.wanted.values()].reduce((sum, ids) => sum + ids.length, 0);
  }
}
