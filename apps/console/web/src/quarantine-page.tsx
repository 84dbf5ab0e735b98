import { useState, type ReactNode } from 'react';
import { quarantineStatuses, type QuarantineRow, type QuarantineStatus } from '../../src/api.ts';
import type { ParkedKey } from '../../src/repair-api.ts';
import { Card, Tag } from './card.tsx';
import { en } from './i18n/en.ts';
import { useLocale } from './locale.tsx';
import { Operations, ParkedKeys } from './parked-keys.tsx';
import { RepairActions } from './repair-actions.tsx';
import { Link } from './router.tsx';
import { Empty, More, Ready } from './states.tsx';
import { Table } from './table.tsx';
import { usePages } from './use-api.ts';

const reasons = Object.keys(en).flatMap((key) => (key.startsWith('reason.') ? [key.slice('reason.'.length)] : []));

/** Records that could not be applied. */
export function QuarantinePage(): ReactNode {
  const { t, word } = useLocale();
  const [reason, setReason] = useState('');
  const [status, setStatus] = useState<QuarantineStatus>('open');
  const query = new URLSearchParams({ status, ...(reason === '' ? {} : { reason }) });
  const pages = usePages<QuarantineRow>(`/api/quarantine?${query.toString()}`);
  const parked = usePages<ParkedKey>('/api/parked?limit=100');
  return (
    <>
      <div className="title">
        <h1>{t('quarantine.title')}</h1>
      </div>
      <p className="quiet">{t('quarantine.note')}</p>
      <form className="search" onSubmit={(event) => event.preventDefault()}>
        <label>
          <span>{t('quarantine.reason')}</span>
          <select value={reason} onChange={(event) => setReason(event.target.value)}>
            <option value="">{t('quarantine.allReasons')}</option>
            {reasons.map((name) => (
              <option key={name} value={name}>
                {word(`reason.${name}`, name)}
              </option>
            ))}
          </select>
        </label>
        <label>
          <span>{t('quarantine.status')}</span>
          <select value={status} onChange={(event) => setStatus(event.target.value as QuarantineStatus)}>
            {quarantineStatuses.map((name) => (
              <option key={name} value={name}>
                {t(`quarantine.status.${name}`)}
              </option>
            ))}
          </select>
        </label>
      </form>
      <Ready asked={pages}>
        {(rows) => (rows.length === 0 ? <Empty>{t('quarantine.empty')}</Empty> : <QuarantineTable rows={rows} />)}
      </Ready>
      <More pages={pages} />
      {status === 'open' && (
        <Card title={t('repair.many')} note={t('repair.manyNote')}>
          <RepairActions
            key={query.toString()}
            filter={reason === '' ? { all: true } : { reason }}
            onChanged={() => {
              pages.retry();
              parked.retry();
            }}
          />
        </Card>
      )}
      <ParkedKeys pages={parked} />
      <Operations />
    </>
  );
}

function QuarantineTable({ rows }: { readonly rows: readonly QuarantineRow[] }): ReactNode {
  const { t, word, format } = useLocale();
  return (
    <div className="card flush">
      <Table
        caption={t('quarantine.title')}
        rows={rows}
        rowKey={(row) => row.id}
        columns={[
          {
            key: 'reason',
            title: t('column.reason'),
            cell: (row) => (
              <Link to={`/quarantine/${row.id}`} className="strong">
                {word(`reason.${row.reason}`, row.reason)}
              </Link>
            ),
          },
          { key: 'source', title: t('column.source'), cell: (row) => <bdi>{row.source ?? '–'}</bdi> },
          { key: 'contract', title: t('column.contract'), cell: (row) => (row.contract === null ? '–' : <code>{row.contract}</code>) },
          { key: 'position', title: t('quarantine.position'), cell: (row) => <Position row={row} /> },
          { key: 'event', title: t('quarantine.event'), cell: (row) => <bdi className="mono cut">{row.eventId ?? '–'}</bdi> },
          {
            key: 'last',
            title: t('column.lastSeen'),
            numeric: true,
            cell: (row) => <time dateTime={row.lastSeen}>{format.dateTime(row.lastSeen)}</time>,
          },
          { key: 'seen', title: t('column.seen'), numeric: true, cell: (row) => format.count(row.seen) },
        ]}
      />
    </div>
  );
}

/** Topic, partition and offset; or that it never got into Kafka. */
export function Position({ row }: { readonly row: QuarantineRow }): ReactNode {
  const { t } = useLocale();
  if (row.topic === null || row.partition === null || row.offset === null) return <Tag>{t('quarantine.http')}</Tag>;
  return (
    <span className="cause">
      <code>{row.topic}</code>{' '}
      <span className="mono">
        [{row.partition}] @{row.offset}
      </span>
    </span>
  );
}
