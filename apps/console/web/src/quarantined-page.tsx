import { useState, type ReactNode } from 'react';
import type { QuarantineDetail, QuarantineRecord } from '../../src/api.ts';
import { Card, Fact, Tag } from './card.tsx';
import { EditRecord } from './edit-record.tsx';
import { ApiFailure, fetchJson } from './fetch-json.ts';
import { useLocale } from './locale.tsx';
import { Position } from './quarantine-page.tsx';
import { RepairActions } from './repair-actions.tsx';
import { Link } from './router.tsx';
import { Empty, Failure, Ready } from './states.tsx';
import { Table } from './table.tsx';
import { useApi } from './use-api.ts';

/** One record that could not be applied: what is wrong with it, where it came from, and on demand the record itself. */
export function QuarantinedPage({ id }: { readonly id: string }): ReactNode {
  const { t } = useLocale();
  // What was done stays shown while the record is read again.
  const [touched, setTouched] = useState(false);
  const asked = useApi<QuarantineDetail>(`/api/quarantine/${encodeURIComponent(id)}`);
  return (
    <>
      <p className="back">
        <Link to="/quarantine">← {t('quarantine.back')}</Link>
      </p>
      <Ready asked={asked}>{(detail) => <Quarantined detail={detail} />}</Ready>
      {(touched || asked.data?.status === 'open') && (
        <Card title={t('repair.title')} note={t('repair.note')}>
          <RepairActions
            filter={{ ids: [id] }}
            onChanged={() => {
              setTouched(true);
              asked.retry();
            }}
          />
          {asked.data?.status === 'open' && <EditRecord id={id} />}
        </Card>
      )}
    </>
  );
}

function Quarantined({ detail }: { readonly detail: QuarantineDetail }): ReactNode {
  const { t, word, format } = useLocale();
  return (
    <>
      <div className="title">
        <h1>{word(`reason.${detail.reason}`, detail.reason)}</h1>
        <Tag tone={detail.status === 'open' ? 'warn' : 'plain'}>{t(`quarantine.status.${detail.status}`)}</Tag>
        <span className="quiet">{t('quarantine.record', { id: detail.id })}</span>
      </div>
      <div className="columns">
        <Card title={t('quarantine.faults')}>
          <Table
            caption={t('quarantine.faults')}
            rows={detail.faults}
            rowKey={(row) => JSON.stringify(row)}
            columns={[
              { key: 'field', title: t('column.field'), cell: (row) => <bdi className="mono">{row.field === '' ? '–' : row.field}</bdi> },
              { key: 'reason', title: t('column.reason'), cell: (row) => word(`reason.${row.reason}`, row.reason) },
              { key: 'detail', title: t('column.detail'), cell: (row) => <bdi>{row.detail}</bdi> },
            ]}
          />
        </Card>
        <Card title={t('quarantine.where')}>
          <dl className="facts">
            <Fact name={t('column.group')}>{detail.group}</Fact>
            <Fact name={t('quarantine.position')}>
              <Position row={detail} />
            </Fact>
            <Fact name={t('column.source')}>
              <bdi>{detail.source ?? '–'}</bdi>
            </Fact>
            <Fact name={t('quarantine.event')}>
              <bdi className="mono">{detail.eventId ?? '–'}</bdi>
            </Fact>
            <Fact name={t('column.contract')}>{detail.contract ?? '–'}</Fact>
            <Fact name={t('quarantine.schema')}>{detail.schemaId ?? '–'}</Fact>
            <Fact name={t('column.firstSeen')}>{format.dateTime(detail.firstSeen)}</Fact>
            <Fact name={t('column.lastSeen')}>{format.dateTime(detail.lastSeen)}</Fact>
            <Fact name={t('column.seen')}>{format.count(detail.seen)}</Fact>
          </dl>
        </Card>
      </div>
      <Card title={t('quarantine.headers')}>
        {detail.headers.length === 0 ? (
          <Empty>{t('quarantine.noHeaders')}</Empty>
        ) : (
          <Table
            caption={t('quarantine.headers')}
            rows={detail.headers}
            rowKey={(row) => row.name}
            columns={[
              { key: 'name', title: t('column.name'), cell: (row) => <bdi className="mono">{row.name}</bdi> },
              { key: 'value', title: t('column.value'), cell: (row) => <bdi className="mono">{row.value}</bdi> },
            ]}
          />
        )}
      </Card>
      <Card
        title={t('quarantine.raw')}
        note={detail.bytes === null ? undefined : t('quarantine.size', { bytes: format.count(detail.bytes) })}
      >
        <RawRecord id={detail.id} />
      </Card>
    </>
  );
}

function RawRecord({ id }: { readonly id: string }): ReactNode {
  const { t } = useLocale();
  const [record, setRecord] = useState<QuarantineRecord>();
  const [failure, setFailure] = useState<ApiFailure>();
  if (record !== undefined) return <RecordText record={record} />;
  const ask = (): void => {
    fetchJson<QuarantineRecord>(`/api/quarantine/${encodeURIComponent(id)}/record`, { method: 'POST' }).then(setRecord, (error: unknown) =>
      setFailure(error instanceof ApiFailure ? error : new ApiFailure('internal', null)),
    );
  };
  return (
    <>
      <span className="reveal">
        <button type="button" onClick={ask}>
          {t('quarantine.show')}
        </button>
        <span className="quiet">{t('quarantine.rawNote')}</span>
      </span>
      {failure !== undefined && <Failure failure={failure} />}
    </>
  );
}

function RecordText({ record }: { readonly record: QuarantineRecord }): ReactNode {
  const { t } = useLocale();
  return (
    <dl className="facts">
      <Fact name={t('quarantine.key')}>
        <bdi className="mono">{record.key ?? '–'}</bdi>
      </Fact>
      <Fact name={t('quarantine.decoded')}>
        {record.decoded.ok ? (
          <pre tabIndex={0}>{record.decoded.json}</pre>
        ) : (
          <bdi>{t('quarantine.notDecoded', { why: record.decoded.why })}</bdi>
        )}
      </Fact>
      <Fact name={t('quarantine.hex')}>
        <pre tabIndex={0}>{record.hex.join('\n')}</pre>
      </Fact>
    </dl>
  );
}
