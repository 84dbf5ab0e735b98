import type { ReactNode } from 'react';
import type { Evidence, Identifier } from '../../src/api.ts';
import { Tag } from './card.tsx';
import { useLocale } from './locale.tsx';
import { Empty } from './states.tsx';
import { Table } from './table.tsx';

/** The links that make several identifiers one customer, each with the document that said so. */
export function IdentityEvidence({ evidence }: { readonly evidence: readonly Evidence[] }): ReactNode {
  const { t, format } = useLocale();
  if (evidence.length === 0) return <Empty>{t('customer.noIdentity')}</Empty>;
  return (
    <Table
      caption={t('customer.identity')}
      rows={evidence}
      rowKey={(row) => JSON.stringify([row.holder, row.identifier, row.rule])}
      columns={[
        { key: 'identifier', title: t('column.identifier'), cell: (row) => <IdentifierText identifier={row.identifier} /> },
        { key: 'holder', title: t('column.linkedTo'), cell: (row) => <IdentifierText identifier={row.holder} /> },
        { key: 'rule', title: t('column.rule'), cell: (row) => <code>{row.rule}</code> },
        {
          key: 'evidence',
          title: t('column.evidence'),
          cell: (row) => (
            <>
              <bdi>{row.source}</bdi> <bdi className="mono">{row.evidenceId}</bdi>
            </>
          ),
        },
        { key: 'when', title: t('column.when'), cell: (row) => <time dateTime={row.at}>{format.dateTime(row.at)}</time> },
        {
          key: 'status',
          title: t('column.status'),
          cell: (row) => <Tag tone={row.active ? 'good' : 'plain'}>{t(row.active ? 'customer.active' : 'customer.inactive')}</Tag>,
        },
      ]}
    />
  );
}

function IdentifierText({ identifier }: { readonly identifier: Identifier }): ReactNode {
  const { word } = useLocale();
  return (
    <>
      <span className="quiet">
        {word(`identifier.${identifier.kind}`, identifier.kind)} {identifier.scope === '' ? null : <bdi>{identifier.scope}</bdi>}
      </span>{' '}
      <bdi className="mono">{identifier.display}</bdi>
    </>
  );
}
