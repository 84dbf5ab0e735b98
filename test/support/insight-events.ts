import { randomUUID } from 'node:crypto';
import type { Said } from './stage-bench.ts';

const DAYS_TO_2026 = 20_454;
const TIME = '2026-03-01T10:00:00Z';

/** Ten in the morning of the n-th day of 2026, RFC 3339. */
export const dayOf2026 = (n: number): string => new Date((DAYS_TO_2026 + n) * 86_400_000 + 36_000_000).toISOString();

/** The n-th day of 2026 as microseconds since 1970. */
export const microsOf2026 = (n: number): number => (DAYS_TO_2026 + n) * 86_400_000_000;

/** What the profile app says of an order over 60 EUR on the n-th day of 2026, or with the changes given. */
export function activitySaid(profileId: string, n: number, change: object = {}): Said {
  const id = randomUUID();
  return {
    id,
    source: 'tributary/profile',
    type: 'customer.activity',
    time: TIME,
    data: {
      profileId,
      seq: '1',
      kind: 'ORDER',
      causeSource: 's',
      causeId: id,
      documentId: id,
      occurredAt: dayOf2026(n),
      currency: 'EUR',
      ordersDelta: 1,
      grossDelta: 60,
      returnsDelta: 0,
      paidDelta: 0,
      interactionsDelta: 0,
      complaintsDelta: 0,
      detail: null,
      score: null,
      ...change,
    },
  };
}

/** What the profile app says when it merges the other profile into this one. */
export const mergedSaid = (profileId: string, otherProfileId: string): Said => ({
  id: randomUUID(),
  source: 'tributary/profile',
  type: 'customer.identity',
  time: TIME,
  data: {
    profileId,
    seq: '1',
    change: 'MERGED',
    otherProfileId,
    identifierKind: null,
    identifierHash: null,
    causeSource: 's',
    causeId: 'c',
    at: dayOf2026(1),
  },
});
