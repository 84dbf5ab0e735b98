import type { ReactNode } from 'react';
import type { Cause } from '../../src/api.ts';

/** Where the record stands that caused something: topic, partition and offset, as Kafka tools name them; the event's id on hover. */
export function CauseText({ cause }: { readonly cause: Cause }): ReactNode {
  return (
    <span className="cause" title={`${cause.source} ${cause.id}`}>
      <code>{cause.topic}</code>{' '}
      <span className="mono">
        [{cause.partition}] @{cause.offset}
      </span>
    </span>
  );
}
