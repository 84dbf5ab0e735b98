import { randomUUID } from 'node:crypto';
import { contracts, toHeaders, type AnyContract, type StockMovement } from '@tributary/contracts';
import { int4Array, sqlMigration, textArray, type HubEvent, type Migration, type RawRecord, type Stage } from '@tributary/persistence';

/** Table of the counting stage: how often each movement was counted. It refuses the sku `POISON`. */
export const countingMigrations: readonly Migration[] = [
  sqlMigration(
    '9000-spec',
    `CREATE SCHEMA spec; CREATE TABLE spec.counted (movement text PRIMARY KEY, sku text NOT NULL CHECK (sku <> 'POISON'), n integer NOT NULL)`,
  ),
];

/** What a counting stage does beside counting. */
export interface CountingOptions {
  readonly group?: string;
  readonly topic?: string;
  /** What a failed movement means for the later ones of its key; `latest` unless told: they go on. */
  readonly ordering?: 'strict' | 'latest';
  /** Called at every fold; what it throws is a fault of the record. */
  readonly onApply?: (movement: StockMovement) => void;
  /** Called inside the transaction before it is written; what it throws is a fault of the transaction. */
  readonly onClose?: () => Promise<void>;
}

/**
 * The smallest stage: one row a movement, its number counted up. A movement that is applied twice stands there with 2, one that got lost
 * does not stand there at all.
 */
export function countingStage({ group = `g-${randomUUID()}`, topic, ordering = 'latest', onApply, onClose }: CountingOptions = {}): Stage {
  const contract = { ...contracts.stockMovement, ordering, ...(topic === undefined ? {} : { topic }) } as unknown as AnyContract;
  return {
    group,
    reads: [contract],
    open(tx) {
      const counted = new Map<string, { sku: string; n: number }>();
      return Promise.resolve({
        apply(event: HubEvent) {
          const movement = event.value as StockMovement;
          onApply?.(movement);
          counted.set(movement.movementId, { sku: movement.sku, n: (counted.get(movement.movementId)?.n ?? 0) + 1 });
          return { kind: 'applied' as const };
        },
        async close() {
          await onClose?.();
          if (counted.size > 0)
            await tx.query(
              `INSERT INTO spec.counted AS c (movement, sku, n) SELECT * FROM unnest($1::text[], $2::text[], $3::int[]) AS u (m, s, n) ORDER BY 1
ON CONFLICT (movement) DO UPDATE SET n = c.n + excluded.n`,
              [
                textArray([...counted.keys()]),
                textArray([...counted.values()].map((row) => row.sku)),
                int4Array([...counted.values()].map((row) => row.n)),
              ],
            );
          return [];
        },
      });
    },
  };
}

/** A stock movement as it goes over the wire. */
export function movementMessage(
  movementId: string,
  sku = 'A-1',
  eventId = movementId,
): { key: string; value: Buffer; headers: Record<string, string> } {
  const movement: StockMovement = {
    movementId,
    sku,
    location: 'main',
    kind: 'RECEIPT',
    quantity: 10_000n,
    occurredAt: 1_700_000_000_000_000,
    reference: null,
    description: null,
  };
  return {
    key: `${sku}@main`,
    value: contracts.stockMovement.encode(movement),
    headers: toHeaders({ id: eventId, source: 'spec', type: 'erp.stock-movement', time: '2026-01-01T00:00:00Z' }),
  };
}

/** The same as a record at a position. */
export function movementRecord(
  offset: number | bigint,
  movementId: string,
  change: Partial<RawRecord> = {},
  sku = 'A-1',
  eventId = movementId,
): RawRecord {
  const { key, value, headers } = movementMessage(movementId, sku, eventId);
  return {
    topic: contracts.stockMovement.topic,
    partition: 0,
    offset: BigInt(offset),
    key: Buffer.from(key),
    value,
    headers,
    timestamp: 0,
    ...change,
  };
}
