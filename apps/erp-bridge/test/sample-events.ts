import {
  contracts,
  type Acknowledgement,
  type AnyContract,
  type Contract,
  type Forecast,
  type Replenishment,
  type SegmentChange,
} from '@tributary/contracts';
import { contentHash, type HubEvent, type RawRecord } from '@tributary/persistence';

let offset = 0n;

/** An event as the transport hands it to a stage. */
export function eventOf<T>(contract: Contract<T>, value: T, id: string, source: string): HubEvent<T> {
  offset += 1n;
  const bytes = contract.encode(value);
  const record: RawRecord = {
    topic: contract.topic,
    partition: 0,
    offset,
    key: null,
    value: bytes,
    headers: {},
    timestamp: 0,
  };
  const traceparent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
  return {
    record,
    envelope: { id, source, type: contract.name, time: '2026-01-01T00:00:00Z', traceparent },
    contract: contract as unknown as AnyContract,
    value,
    hash: contentHash(bytes),
  };
}

/** 2026-01-01, microseconds. */
const AS_OF = 1_767_225_600_000_000;

/** A change of segment. */
export const segment = (profileId: string, seq: number, id = `${profileId}-${seq}`): HubEvent<SegmentChange> =>
  eventOf(
    contracts.segmentChange,
    { profileId, seq: BigInt(seq), segment: 'loyal', segmentVersion: 1, change: 'ENTERED', reason: 'r', facts: [], asOf: AS_OF },
    id,
    'insight',
  );

/** A forecast of a sku at `web`. */
export const forecast = (sku: string, seq: number, id = `${sku}-f-${seq}`): HubEvent<Forecast> =>
  eventOf(
    contracts.forecast,
    {
      sku,
      location: 'web',
      seq: BigInt(seq),
      asOf: AS_OF,
      bucket: 'WEEK',
      start: 20_458,
      horizon: 1,
      demandClass: 'smooth',
      model: 'mean',
      mean: [1.5],
      quantiles: [],
      candidates: [],
      historySteps: 9,
      reason: 'r',
    },
    id,
    'forecast',
  );

/** A suggestion for a sku at `web`. */
export const replenishment = (sku: string, seq: number, id = `${sku}-r-${seq}`): HubEvent<Replenishment> =>
  eventOf(
    contracts.replenishment,
    {
      sku,
      location: 'web',
      seq: BigInt(seq),
      asOf: AS_OF,
      suggestedQuantity: 120_000n,
      reorderPoint: 3,
      safetyStock: 1,
      orderUpTo: 9,
      onHand: 0n,
      onOrder: 0n,
      leadTimeDays: 14,
      serviceLevel: 0.95,
      reason: 'r',
    },
    id,
    'forecast',
  );

/** An answer of the ERP. */
export const answer = (ackId: string, subjectId: string, extra: Partial<Acknowledgement> = {}): HubEvent<Acknowledgement> =>
  eventOf(
    contracts.acknowledgement,
    {
      ackId,
      subjectId,
      subjectType: 'erp.forecast',
      subjectKey: 'k',
      decision: 'ACCEPTED',
      reason: null,
      value: null,
      decidedAt: AS_OF,
      decidedBy: null,
      ...extra,
    },
    `ack-event-${ackId}`,
    'erp',
  );
