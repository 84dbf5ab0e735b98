import type { ReactNode } from 'react';
import type { OperationRow, ParkedKey } from '../../src/repair-api.ts';
import { Card } from './card.tsx';
import { useLocale } from './locale.tsx';
import { Link } from './router.tsx';
import { Empty, More, Ready } from './states.tsx';
import { Table } from './table.tsx';
import { usePages, type Paged } from './use-api.ts';

/** Keys whose records wait behind a failed one. */
export function ParkedKeys({ pages }: { readonly pages: Paged<ParkedKey> }): ReactNode {
  const { t, format } = useLocale();
  return (
    <Card title={t('parked.title')} note={t('parked.note')}>
      <Ready asked={pages}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty>{t('parked.empty')}</Empty>
          ) : (
            <Table
              caption={t('parked.title')}
              rows={rows}
              rowKey={(row) => `${row.group} ${row.topic} ${row.failed.join(' ')} ${row.since}`}
              columns={[
                { key: 'group', title: t('column.group'), cell: (row) => row.group },
                { key: 'topic', title: t('column.topic'), cell: (row) => <code>{row.topic}</code> },
                { key: 'key', title: t('quarantine.key'), cell: (row) => <bdi className="mono cut">{row.key ?? '–'}</bdi> },
                { key: 'parked', title: t('parked.count'), numeric: true, cell: (row) => format.count(row.parked) },
                { key: 'since', title: t('parked.since'), numeric: true, cell: (row) => format.dateTime(row.since) },
                {
                  key: 'failed',
                  title: t('parked.failed'),
                  cell: (row) =>
                    row.failed.map((id) => (
                      <Link key={id} to={`/quarantine/${id}`}>
                        {id}
                      </Link>
                    )),
                },
              ]}
            />
          )
        }
      </Ready>
    </Card>
  );
}

/** Who redrove, discarded, edited and replayed what. */
export function Operations(): ReactNode {
  const { t, format } = useLocale();
  const pages = usePages<OperationRow>('/api/operations?limit=20');
  return (
    <Card title={t('operations.title')} note={t('operations.note')}>
      <Ready asked={pages}>
        {(rows) =>
          rows.length === 0 ? (
            <Empty>{t('operations.empty')}</Empty>
          ) : (
            <Table
              caption={t('operations.title')}
              rows={rows}
              rowKey={(row) => row.id}
              columns={[
                { key: 'at', title: t('operations.at'), cell: (row) => <time dateTime={row.at}>{format.dateTime(row.at)}</time> },
                { key: 'actor', title: t('operations.actor'), cell: (row) => <bdi>{row.actor}</bdi> },
                { key: 'kind', title: t('operations.kind'), cell: (row) => t(`operations.kind.${row.kind}`) },
                { key: 'filter', title: t('operations.filter'), cell: (row) => <bdi className="mono">{row.filter}</bdi> },
                {
                  key: 'ended',
                  title: t('operations.ended'),
                  cell: (row) => (row.endedAt === null ? t('operations.open') : format.dateTime(row.endedAt)),
                },
              ]}
            />
          )
        }
      </Ready>
      <More pages={pages} />
    </Card>
  );
}
