import type { ReactNode } from 'react';
import type { SegmentMembership } from '../../src/api.ts';
import { Card, Tag } from './card.tsx';
import { useLocale } from './locale.tsx';
import { Empty } from './states.tsx';

/** The segments a customer is in, each with its reason and the values its rule looked at. */
export function CustomerSegments({ segments }: { readonly segments: readonly SegmentMembership[] }): ReactNode {
  const { t, format } = useLocale();
  return (
    <Card title={t('customer.segments')}>
      {segments.length === 0 ? (
        <Empty>{t('customer.noSegments')}</Empty>
      ) : (
        <ul className="segments">
          {segments.map((entry) => (
            <li key={entry.segment}>
              <div>
                <Tag tone="good">{entry.segment}</Tag>{' '}
                <span className="quiet">
                  {t('column.since')} {format.date(entry.since)} · v{entry.version}
                </span>
              </div>
              <p>
                <bdi>{entry.reason}</bdi>
              </p>
              {entry.facts.length > 0 && (
                <details>
                  <summary>{t('customer.segmentFacts')}</summary>
                  <dl className="facts">
                    {entry.facts.map(({ name, value }) => (
                      <div className="fact" key={name}>
                        <dt className="mono">{name}</dt>
                        <dd>
                          <bdi>{value}</bdi>
                        </dd>
                      </div>
                    ))}
                  </dl>
                </details>
              )}
            </li>
          ))}
        </ul>
      )}
    </Card>
  );
}
