import { contracts, formatMicros, type Score, type SegmentChange } from '@tributary/contracts';
import { derivedId, type OutboxEvent } from '@tributary/persistence';
import type { MembershipWrite, StoredScore } from './insight.store.ts';
import type { SegmentStep } from './segment-changes.ts';

const SOURCE = 'tributary/insight';

/** What caused an evaluation: an activity, or a refit. */
export interface Cause {
  readonly source: string;
  readonly id: string;
  readonly traceparent?: string | undefined;
}

/** The membership row and the event of one step. */
export function segmentStep(
  profileId: string,
  step: SegmentStep,
  asOf: number,
  cause: Cause,
): { readonly write: MembershipWrite; readonly event: OutboxEvent } {
  const { segment, version, reason, facts } = step;
  const value = (seq: bigint): SegmentChange => ({
    profileId,
    seq,
    segment,
    segmentVersion: version,
    change: step.change,
    reason,
    facts,
    asOf,
  });
  return {
    write: { profileId, segment, version, since: asOf, reason, facts },
    event: {
      contract: contracts.segmentChange as unknown as OutboxEvent['contract'],
      id: derivedId(cause.source, cause.id, `customer.segment/${profileId}/${segment}/${step.change}`, 0),
      source: SOURCE,
      key: profileId,
      time: formatMicros(asOf),
      ...(cause.traceparent === undefined ? {} : { traceparent: cause.traceparent }),
      value,
    },
  };
}

/** Takes a score off the compacted topic: the profile was merged away, or has no orders left. */
export function scoreGone(profileId: string, asOf: number, cause: Cause): OutboxEvent {
  return {
    contract: contracts.score as unknown as OutboxEvent['contract'],
    id: derivedId(cause.source, cause.id, `customer.score/${profileId}/gone`, 0),
    source: SOURCE,
    key: profileId,
    time: formatMicros(asOf),
    value: () => null,
  };
}

/** The event of a changed score. */
export function scoreEvent(score: StoredScore, asOf: number, currency: string, cause: Cause): OutboxEvent {
  const { profileId } = score;
  const value = (seq: bigint): Score => ({ ...score, seq, asOf, currency });
  return {
    contract: contracts.score as unknown as OutboxEvent['contract'],
    id: derivedId(cause.source, cause.id, `customer.score/${profileId}`, 0),
    source: SOURCE,
    key: profileId,
    time: formatMicros(asOf),
    value,
  };
}
