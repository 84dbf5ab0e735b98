import { useState, type ReactNode } from 'react';
import { repairFates, type RepairAction, type RepairReport } from '../../src/repair-api.ts';
import { ApiFailure, fetchJson } from './fetch-json.ts';
import { useLocale } from './locale.tsx';
import { Failure } from './states.tsx';
import { Table } from './table.tsx';

/** Which records: as the API takes it. */
export type RepairFilter = Readonly<Record<string, unknown>>;

/** Buttons that try, redrive and discard records, and what became of them. */
export function RepairActions({ filter, onChanged }: { readonly filter: RepairFilter; readonly onChanged: () => void }): ReactNode {
  const { t } = useLocale();
  const [report, setReport] = useState<RepairReport>();
  const [failure, setFailure] = useState<ApiFailure>();
  const [busy, setBusy] = useState(false);
  const act = (action: RepairAction, dryRun: boolean): void => {
    if (!dryRun && !confirm(t(`repair.sure.${action}`))) return;
    setBusy(true);
    setFailure(undefined);
    fetchJson<RepairReport>(`/api/quarantine/${action}`, { method: 'POST', body: { ...filter, dryRun } })
      .then(
        (done) => {
          setReport(done);
          if (!dryRun) onChanged();
        },
        (error: unknown) => setFailure(error instanceof ApiFailure ? error : new ApiFailure('internal', null)),
      )
      .finally(() => setBusy(false));
  };
  return (
    <>
      <span className="reveal">
        <button type="button" disabled={busy} onClick={() => act('redrive', true)}>
          {t('repair.try')}
        </button>
        <button type="button" className="primary" disabled={busy} onClick={() => act('redrive', false)}>
          {t('repair.redrive')}
        </button>
        <button type="button" disabled={busy} onClick={() => act('discard', false)}>
          {t('repair.discard')}
        </button>
      </span>
      {failure !== undefined && <Failure failure={failure} />}
      {report !== undefined && <Report report={report} />}
    </>
  );
}

function Report({ report }: { readonly report: RepairReport }): ReactNode {
  const { t, word, format } = useLocale();
  const { dryRun, operation, waiting, published, records } = report;
  const rows = [
    { name: t('repair.failed'), counts: report.quarantine },
    { name: t('repair.waited'), counts: report.released },
  ];
  const faults = records.flatMap((record) => record.faults.map((fault) => ({ id: record.id ?? record.offset ?? '', ...fault })));
  return (
    <div role="status">
      <p>{dryRun ? t('repair.would') : t('repair.done', { operation: operation ?? '' })}</p>
      <Table
        caption={t('repair.title')}
        rows={rows}
        rowKey={(row) => row.name}
        columns={[
          { key: 'name', title: '', cell: (row) => row.name },
          ...repairFates.map((fate) => ({
            key: fate,
            title: t(`repair.fate.${fate}`),
            numeric: true,
            cell: (row: (typeof rows)[number]) => format.count(row.counts[fate]),
          })),
        ]}
      />
      <p className="quiet">
        {t('repair.waiting', { count: format.count(waiting) })} ·{' '}
        {t(dryRun ? 'repair.wouldPublish' : 'repair.published', { count: format.count(published) })}
      </p>
      {faults.length > 0 && (
        <Table
          caption={t('quarantine.faults')}
          rows={faults}
          rowKey={(row) => JSON.stringify(row)}
          columns={[
            { key: 'id', title: t('parked.failed'), cell: (row) => <span className="mono">{row.id}</span> },
            { key: 'field', title: t('column.field'), cell: (row) => <bdi className="mono">{row.field === '' ? '–' : row.field}</bdi> },
            { key: 'reason', title: t('column.reason'), cell: (row) => word(`reason.${row.reason}`, row.reason) },
            { key: 'detail', title: t('column.detail'), cell: (row) => <bdi>{row.detail}</bdi> },
          ]}
        />
      )}
    </div>
  );
}
