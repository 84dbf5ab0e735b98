import { useState, type ReactNode } from 'react';
import type { Accounting, PartitionFlow, TopicFlow } from '../../src/api.ts';
import { Tag } from './card.tsx';
import { useLocale } from './locale.tsx';
import { Table, type Column } from './table.tsx';

type Flow = Accounting & { readonly lagRecords: number | null; readonly lagSeconds: number | null };

/** One row a consumer and topic; a row opens to show its partitions. */
export function FlowTable({ topics }: { readonly topics: readonly TopicFlow[] }): ReactNode {
  const { t } = useLocale();
  const [open, setOpen] = useState<ReadonlySet<string>>(new Set());
  const counts = useFlowColumns<TopicFlow>();
  const nameOf = (row: TopicFlow): string => `${row.group} ${row.topic}`;
  const toggle = (name: string): void => {
    const next = new Set(open);
    if (!next.delete(name)) next.add(name);
    setOpen(next);
  };
  return (
    <Table
      caption={t('overview.flow')}
      rows={topics}
      rowKey={nameOf}
      columns={[
        {
          key: 'topic',
          title: t('column.topic'),
          cell: (row) => (
            <button type="button" className="disclosure" aria-expanded={open.has(nameOf(row))} onClick={() => toggle(nameOf(row))}>
              <code>{row.topic}</code>
            </button>
          ),
        },
        { key: 'group', title: t('column.group'), cell: (row) => row.group },
        ...counts,
      ]}
      detail={(row) => (open.has(nameOf(row)) ? <Partitions flow={row} /> : null)}
    />
  );
}

function Partitions({ flow }: { readonly flow: TopicFlow }): ReactNode {
  const { t } = useLocale();
  const counts = useFlowColumns<PartitionFlow>();
  return (
    <Table
      caption={t('overview.partitionsOf', { topic: flow.topic, group: flow.group })}
      rows={flow.partitions}
      rowKey={(row) => String(row.partition)}
      columns={[
        { key: 'partition', title: t('column.partition'), numeric: true, cell: (row) => row.partition },
        { key: 'next', title: t('column.nextOffset'), numeric: true, cell: (row) => row.nextOffset },
        ...counts,
      ]}
    />
  );
}

function useFlowColumns<Row extends Flow>(): readonly Column<Row>[] {
  const { t, format } = useLocale();
  const counts = ['consumed', 'applied', 'duplicate', 'stale', 'parked', 'quarantined'] as const;
  return [
    ...counts.map((key) => ({ key, title: t(`column.${key}`), numeric: true, cell: (row: Row) => format.count(row[key]) })),
    {
      key: 'lag',
      title: t('column.lag'),
      numeric: true,
      cell: (row) => (row.lagRecords === null ? t('state.unknown') : format.count(row.lagRecords)),
    },
    {
      key: 'lagTime',
      title: t('column.lagTime'),
      numeric: true,
      cell: (row) => (row.lagSeconds === null ? t('state.unknown') : format.duration(row.lagSeconds)),
    },
    {
      key: 'balanced',
      title: t('column.balanced'),
      cell: (row) => <Tag tone={row.balanced ? 'good' : 'bad'}>{t(row.balanced ? 'overview.balanced' : 'overview.unbalanced')}</Tag>,
    },
  ];
}
