import type { ReactNode } from 'react';
import type { ErpAnswers, OutboxFlow, Overview } from '../../src/api.ts';
import { Card, Tag } from './card.tsx';
import { FlowTable } from './flow-table.tsx';
import { LiveMark } from './live-mark.tsx';
import { useLocale } from './locale.tsx';
import { Empty, Failure, Loading } from './states.tsx';
import { Table } from './table.tsx';
import { usePolling } from './use-api.ts';

const EVERY = 2_000;

/** The state of the whole flow, live. */
export function OverviewPage(): ReactNode {
  const { t } = useLocale();
  const polled = usePolling<Overview>('/api/overview', EVERY);
  const { data, failure } = polled;
  return (
    <>
      <div className="title">
        <h1>{t('overview.title')}</h1>
        {data !== undefined && <LiveMark polled={polled} overview={data} />}
      </div>
      {data === undefined ? failure === undefined ? <Loading /> : <Failure failure={failure} /> : <Figures overview={data} />}
    </>
  );
}

function Figures({ overview }: { readonly overview: Overview }): ReactNode {
  const { t } = useLocale();
  return (
    <>
      <Loop overview={overview} />
      <Identity overview={overview} />
      <Card title={t('overview.flow')}>
        {overview.topics.length === 0 ? <Empty>{t('overview.emptyFlow')}</Empty> : <FlowTable topics={overview.topics} />}
      </Card>
      <Card title={t('overview.erp')}>
        <ErpTable rows={overview.erp} />
      </Card>
      <div className="columns">
        <Card title={t('overview.segmentList')}>
          <Bars
            rows={overview.segments.map(({ segment, members }) => ({ name: segment, count: members }))}
            empty={t('overview.emptySegments')}
          />
        </Card>
        <Card title={t('overview.outbox')}>
          <OutboxTable rows={overview.outbox} />
        </Card>
        <Card title={t('overview.quarantine')}>
          <QuarantineBars overview={overview} />
        </Card>
      </div>
    </>
  );
}

/** The path of what is known, from facts to the ERP's answer. */
function Loop({ overview }: { readonly overview: Overview }): ReactNode {
  const { t, format } = useLocale();
  const sum = (read: (row: ErpAnswers) => number): number => overview.erp.reduce((total, row) => total + read(row), 0);
  const published = sum((row) => row.published);
  const memberships = overview.segments.reduce((total, { members }) => total + members, 0);
  const steps = [
    { name: t('overview.facts'), figure: overview.total.applied, note: t('overview.factsNote') },
    {
      name: t('overview.profiles'),
      figure: overview.profiles,
      note: t('overview.profilesNote', { guests: format.count(overview.guests) }),
    },
    {
      name: t('overview.segments'),
      figure: memberships,
      note: t('overview.segmentsNote', { count: format.count(overview.segments.length) }),
    },
    {
      name: t('overview.forecasts'),
      figure: overview.forecasts,
      note: t('overview.forecastsNote', { count: format.count(overview.replenishments) }),
    },
    {
      name: t('overview.answers'),
      figure: published - sum((row) => row.unanswered),
      note: t('overview.answersNote', { published: format.count(published) }),
    },
  ];
  return (
    <ol className="loop" aria-label={t('overview.loop')}>
      {steps.map(({ name, figure, note }) => (
        <li key={name}>
          <span className="name">{name}</span>
          <span className="figure">{format.count(figure)}</span>
          <span className="quiet">{note}</span>
        </li>
      ))}
    </ol>
  );
}

/** The accounting identity with its numbers, and the lag. */
function Identity({ overview }: { readonly overview: Overview }): ReactNode {
  const { t, format } = useLocale();
  const { total, lagRecords, lagSeconds } = overview;
  const parts = ['applied', 'duplicate', 'stale', 'parked', 'quarantined'] as const;
  return (
    <div className="pair">
      <Card title={t('overview.accounting')} note={t('overview.accountingNote')}>
        <div className="equation">
          <Term name={t('column.consumed')} figure={format.count(total.consumed)} />
          {parts.map((part, index) => (
            <span className="joined" key={part}>
              <span className="sign">{index === 0 ? '=' : '+'}</span>
              <Term name={t(`column.${part}`)} figure={format.count(total[part])} />
            </span>
          ))}
          <Tag tone={total.balanced ? 'good' : 'bad'}>{t(total.balanced ? 'overview.balanced' : 'overview.unbalanced')}</Tag>
        </div>
      </Card>
      <Card title={t('overview.lag')}>
        <div className="equation">
          <Term name={t('overview.lagRecords')} figure={lagRecords === null ? t('state.unknown') : format.count(lagRecords)} />
          <Term name={t('overview.lagSeconds')} figure={lagSeconds === null ? t('state.unknown') : format.duration(lagSeconds)} />
        </div>
      </Card>
    </div>
  );
}

const Term = ({ name, figure }: { readonly name: string; readonly figure: string }): ReactNode => (
  <span className="term">
    <span className="figure">{figure}</span>
    <span className="quiet">{name}</span>
  </span>
);

function ErpTable({ rows }: { readonly rows: readonly ErpAnswers[] }): ReactNode {
  const { t, format } = useLocale();
  if (rows.length === 0) return <Empty>{t('overview.emptyErp')}</Empty>;
  const counts = ['published', 'accepted', 'refused', 'overridden', 'unanswered', 'failed'] as const;
  return (
    <Table
      caption={t('overview.erp')}
      rows={rows}
      rowKey={(row) => row.type}
      columns={[
        { key: 'type', title: t('column.type'), cell: (row) => <code>{row.type}</code> },
        ...counts.map((key) => ({ key, title: t(`column.${key}`), numeric: true, cell: (row: ErpAnswers) => format.count(row[key]) })),
      ]}
    />
  );
}

function OutboxTable({ rows }: { readonly rows: readonly OutboxFlow[] }): ReactNode {
  const { t, format } = useLocale();
  if (rows.length === 0) return <Empty>{t('overview.emptyOutbox')}</Empty>;
  return (
    <Table
      caption={t('overview.outbox')}
      rows={rows}
      rowKey={(row) => row.topic}
      columns={[
        { key: 'topic', title: t('column.topic'), cell: (row) => <code>{row.topic}</code> },
        { key: 'published', title: t('column.published'), numeric: true, cell: (row) => format.count(row.published) },
        { key: 'unsent', title: t('column.unsent'), numeric: true, cell: (row) => format.count(row.unsent) },
        {
          key: 'blocked',
          title: t('column.blocked'),
          numeric: true,
          cell: (row) => (row.blocked === 0 ? format.count(0) : <Tag tone="bad">{format.count(row.blocked)}</Tag>),
        },
        {
          key: 'oldest',
          title: t('column.oldest'),
          numeric: true,
          cell: (row) =>
            row.oldestUnsent === null ? '–' : format.duration(Math.max(0, (Date.now() - Date.parse(row.oldestUnsent)) / 1000)),
        },
      ]}
    />
  );
}

function QuarantineBars({ overview }: { readonly overview: Overview }): ReactNode {
  const { t, word } = useLocale();
  const rows = overview.quarantine.map(({ reason, open }) => ({ name: word(`reason.${reason}`, reason), count: open }));
  return <Bars rows={rows} empty={t('overview.emptyQuarantine')} />;
}

/** Names with counts and bars to compare them by eye. */
function Bars({
  rows,
  empty,
}: {
  readonly rows: readonly { readonly name: string; readonly count: number }[];
  readonly empty: string;
}): ReactNode {
  const { format } = useLocale();
  if (rows.length === 0) return <Empty>{empty}</Empty>;
  const most = Math.max(1, ...rows.map(({ count }) => count));
  return (
    <ul className="bars">
      {rows.map(({ name, count }) => (
        <li key={name}>
          <bdi>{name}</bdi>
          <span className="num">{format.count(count)}</span>
          <span className="bar" aria-hidden="true">
            <span style={{ width: `${(100 * count) / most}%` }} />
          </span>
        </li>
      ))}
    </ul>
  );
}
