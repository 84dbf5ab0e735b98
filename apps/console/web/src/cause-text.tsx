import type { ReactNode } from 'react';
import type { Cause } from '../../src/api.ts';
import { useLocale } from './locale.tsx';

/** Where the record stands that caused something: topic, partition and offset, as Kafka tools name them; the event's id on hover. */
export function CauseText({ cause }: { readonly cause: Cause }): ReactNode {
  const { format } = useLocale();
  return (
    <span className="cause" title={`${cause.source} ${cause.id}`}>
      <code>{cause.topic}</code>{' '}
      <span className="mono">
        [{cause.partition}] @{format.number(cause.offset)}
      </span>
    </span>
  );
}
