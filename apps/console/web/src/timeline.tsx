import type { ReactNode } from 'react';
import type { TimelineEntry } from '../../src/api.ts';
import { CauseText } from './cause-text.tsx';
import { useLocale } from './locale.tsx';
import { Empty, More, Ready } from './states.tsx';
import { Table } from './table.tsx';
import { usePages } from './use-api.ts';

/** What a customer did and what was done for them, latest first. */
export function Timeline({ profileId }: { readonly profileId: string }): ReactNode {
  const { t, word, format } = useLocale();
  const pages = usePages<TimelineEntry>(`/api/customers/${encodeURIComponent(profileId)}/timeline?limit=25`);
  return (
    <>
      <Ready asked={pages}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty>{t('customer.noTimeline')}</Empty>
          ) : (
            <Table
              caption={t('customer.timeline')}
              rows={rows}
              rowKey={(row) => `${row.kind}/${row.source}/${row.documentId}`}
              columns={[
                { key: 'when', title: t('column.when'), cell: (row) => <time dateTime={row.at}>{format.dateTime(row.at)}</time> },
                {
                  key: 'what',
                  title: t('column.what'),
                  cell: (row) => (
                    <span className="nowrap">
                      <span className={`mark mark-${row.kind.toLowerCase()}`} aria-hidden="true" /> {word(`activity.${row.kind}`, row.kind)}
                      {row.detail !== null && (
                        <>
                          {' '}
                          <bdi className="quiet">{row.detail}</bdi>
                        </>
                      )}
                    </span>
                  ),
                },
                {
                  key: 'document',
                  title: t('column.document'),
                  cell: (row) => (
                    <>
                      <bdi className="quiet">{row.source}</bdi> <bdi className="mono">{row.documentId}</bdi>
                    </>
                  ),
                },
                {
                  key: 'amount',
                  title: t('column.amount'),
                  numeric: true,
                  cell: (row) => (row.amount === null || row.currency === null ? '–' : format.money(row.amount, row.currency)),
                },
                { key: 'cause', title: t('column.cause'), cell: (row) => <CauseText cause={row.cause} /> },
              ]}
            />
          )
        }
      </Ready>
      <More pages={pages} />
    </>
  );
}
