import { useEffect, useRef, type ReactNode } from 'react';
import type { Contribution, ExplainableCount, ExplainableField, ExplainableMoney, Why } from '../../src/api.ts';
import { Tag } from './card.tsx';
import { CauseText } from './cause-text.tsx';
import { IdentityEvidence } from './identity-evidence.tsx';
import { useLocale } from './locale.tsx';
import { Empty, Ready } from './states.tsx';
import { Table } from './table.tsx';
import { useApi } from './use-api.ts';

/** What is asked about: a field of the profile; a sum of money in one currency. */
export interface WhyField {
  readonly field: ExplainableMoney | ExplainableCount | ExplainableField;
  readonly currency?: string;
}

interface WhyDialogProps {
  readonly profileId: string;
  readonly field: WhyField;
  readonly close: () => void;
}

/** Why a figure is what it is: the documents behind it and their sum. A modal dialog: the browser keeps the focus inside and closes it on Escape. */
export function WhyDialog({ profileId, field, close }: WhyDialogProps): ReactNode {
  const { t } = useLocale();
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    element?.showModal();
    return () => element?.close();
  }, []);
  const query = new URLSearchParams({
    field: field.field,
    limit: '200',
    ...(field.currency === undefined ? {} : { currency: field.currency }),
  });
  const asked = useApi<Why>(`/api/customers/${encodeURIComponent(profileId)}/why?${query.toString()}`);
  const name = t(`customer.${field.field}`);
  return (
    <dialog ref={dialog} className="why-dialog" aria-labelledby="why-title" onClose={close}>
      <header>
        <h2 id="why-title">{t('customer.whyOf', { field: field.currency === undefined ? name : `${name} (${field.currency})` })}</h2>
        <button type="button" onClick={() => dialog.current?.close()}>
          {t('why.close')}
        </button>
      </header>
      <Ready asked={asked}>{(why) => (why.kind === 'sum' ? <WhySum why={why} /> : <WhyText why={why} />)}</Ready>
    </dialog>
  );
}

function WhySum({ why }: { readonly why: Extract<Why, { kind: 'sum' }> }): ReactNode {
  const { t, format } = useLocale();
  const write = (amount: string): string => (why.currency === null ? format.number(amount) : format.money(amount, why.currency));
  return (
    <>
      <div className="equation">
        <span className="term">
          <span className="figure">{write(why.shown)}</span>
          <span className="quiet">{t('why.shown')}</span>
        </span>
        <span className="sign">{why.equal ? '=' : '≠'}</span>
        <span className="term">
          <span className="figure">{write(why.sum)}</span>
          <span className="quiet">{t('why.sum')}</span>
        </span>
        <Tag tone={why.equal ? 'good' : 'warn'}>{t(why.equal ? 'why.equal' : 'why.unequal')}</Tag>
      </div>
      <p className="quiet">
        {why.contributions.length < why.count
          ? t('why.listed', { shown: format.count(why.contributions.length), count: format.count(why.count) })
          : t('why.count', { count: format.count(why.count) })}
      </p>
      {why.count === 0 ? <Empty>{t('why.nothing')}</Empty> : <Contributions rows={why.contributions} write={write} />}
    </>
  );
}

function Contributions({ rows, write }: { readonly rows: readonly Contribution[]; readonly write: (amount: string) => string }): ReactNode {
  const { t, word, format } = useLocale();
  return (
    <Table
      caption={t('why.sum')}
      rows={rows}
      rowKey={(row) => `${row.kind}/${row.cause.source}/${row.documentId}`}
      columns={[
        { key: 'when', title: t('column.when'), cell: (row) => <time dateTime={row.at}>{format.dateTime(row.at)}</time> },
        { key: 'what', title: t('column.what'), cell: (row) => word(`activity.${row.kind}`, row.kind) },
        { key: 'document', title: t('column.document'), cell: (row) => <bdi className="mono">{row.documentId}</bdi> },
        { key: 'share', title: t('column.share'), numeric: true, cell: (row) => write(row.share) },
        { key: 'cause', title: t('column.cause'), cell: (row) => <CauseText cause={row.cause} /> },
      ]}
    />
  );
}

function WhyText({ why }: { readonly why: Extract<Why, { kind: 'field' }> }): ReactNode {
  const { t, format } = useLocale();
  return (
    <>
      <p className="figure">
        <bdi>{why.shown ?? '–'}</bdi>
      </p>
      <p>
        {why.origin === null ? t('why.noOrigin') : t('why.origin', { source: why.origin.source, date: format.dateTime(why.origin.at) })}
      </p>
      {why.evidence.length > 0 && (
        <>
          <h3>{t('why.evidence')}</h3>
          <IdentityEvidence evidence={why.evidence} />
        </>
      )}
    </>
  );
}
