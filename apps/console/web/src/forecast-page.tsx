import { lazy, Suspense, useMemo, useState, type ReactNode } from 'react';
import type { Answer, Sku, SkuRow } from '../../src/api.ts';
import { Card, Fact, Tag } from './card.tsx';
import { chartSeries, type ChartSeries } from './chart-series.ts';
import { useLocale } from './locale.tsx';
import { Link, useLocation } from './router.tsx';
import { Empty, Loading, More, Ready } from './states.tsx';
import { Table } from './table.tsx';
import { useApi, usePages } from './use-api.ts';

const ForecastChart = lazy(() => import('./forecast-chart.tsx').then((module) => ({ default: module.ForecastChart })));

/** Pick a sku, see its history, its forecast and what the ERP answered. */
export function ForecastPage(): ReactNode {
  const { t } = useLocale();
  const { query } = useLocation();
  const sku = query.get('sku');
  const location = query.get('location');
  const [search, setSearch] = useState('');
  const pages = usePages<SkuRow>(`/api/skus?${new URLSearchParams({ query: search }).toString()}`);
  return (
    <>
      <div className="title">
        <h1>{t('forecast.title')}</h1>
      </div>
      <div className="picker">
        <aside className="card flush" aria-label={t('forecast.list')}>
          <input
            type="search"
            aria-label={t('forecast.search')}
            placeholder={t('forecast.search')}
            value={search}
            maxLength={200}
            onChange={(event) => setSearch(event.target.value)}
          />
          <Ready asked={pages}>
            {(rows) =>
              rows.length === 0 ? (
                <Empty>{t(search === '' ? 'forecast.empty' : 'forecast.noMatch')}</Empty>
              ) : (
                <SkuList rows={rows} sku={sku} location={location} />
              )
            }
          </Ready>
          <More pages={pages} />
        </aside>
        <div>
          {sku === null || location === null ? (
            <p className="empty">{t('forecast.choose')}</p>
          ) : (
            <SkuView key={`${sku}\n${location}`} sku={sku} location={location} />
          )}
        </div>
      </div>
    </>
  );
}

function SkuList({
  rows,
  sku,
  location,
}: {
  readonly rows: readonly SkuRow[];
  readonly sku: string | null;
  readonly location: string | null;
}): ReactNode {
  return (
    <ul className="skus">
      {rows.map((row) => (
        <li key={`${row.sku}\n${row.location}`}>
          <Link
            to={`/forecast?${new URLSearchParams({ sku: row.sku, location: row.location }).toString()}`}
            current={row.sku === sku && row.location === location}
          >
            <bdi className="strong">{row.sku}</bdi>
            <span className="quiet">
              <bdi>{row.location}</bdi> · {row.demandClass}
            </span>
          </Link>
        </li>
      ))}
    </ul>
  );
}

function SkuView({ sku, location }: { readonly sku: string; readonly location: string }): ReactNode {
  const asked = useApi<Sku>(`/api/skus/${encodeURIComponent(sku)}/${encodeURIComponent(location)}`);
  return <Ready asked={asked}>{(data) => <SkuFigures sku={data} />}</Ready>;
}

function SkuFigures({ sku }: { readonly sku: Sku }): ReactNode {
  const { t, format } = useLocale();
  const { forecast } = sku;
  const series = useMemo(() => chartSeries(sku.history, sku.forecast), [sku]);
  const title = (
    <>
      <bdi>{sku.sku}</bdi> · <bdi>{sku.location}</bdi>
    </>
  );
  return (
    <>
      <section className="card" aria-label={`${sku.sku} ${sku.location}`}>
        <header>
          <h2>{title}</h2>
          {forecast !== null && <div className="quiet">{t('customer.asOf', { date: format.dateTime(forecast.asOf) })}</div>}
        </header>
        <Suspense fallback={<Loading />}>
          <ForecastChart series={series} label={t('forecast.chart', { sku: sku.sku, location: sku.location })} />
        </Suspense>
        <details>
          <summary>{t('forecast.table')}</summary>
          <SeriesTable series={series} />
        </details>
      </section>
      <div className="columns">
        <ForecastFacts forecast={forecast} />
        <Replenishment sku={sku} />
        <Answers sku={sku} />
        {forecast !== null && forecast.candidates.length > 0 && (
          <Card title={t('forecast.candidates')} note={t('forecast.errorNote')}>
            <Table
              caption={t('forecast.candidates')}
              rows={[...forecast.candidates].sort((left, right) => (left.error ?? Infinity) - (right.error ?? Infinity))}
              rowKey={(row) => row.model}
              columns={[
                {
                  key: 'model',
                  title: t('column.model'),
                  cell: (row) => (row.model === forecast.model ? <strong>{row.model}</strong> : row.model),
                },
                {
                  key: 'error',
                  title: t('column.error'),
                  numeric: true,
                  cell: (row) => (row.error === null ? '–' : format.number(row.error, 3)),
                },
              ]}
            />
          </Card>
        )}
      </div>
    </>
  );
}

function ForecastFacts({ forecast }: { readonly forecast: Sku['forecast'] }): ReactNode {
  const { t, word, format } = useLocale();
  if (forecast === null)
    return (
      <Card title={t('forecast.title')}>
        <Empty>{t('forecast.noForecast')}</Empty>
      </Card>
    );
  const total = forecast.mean.reduce((sum, value) => sum + value, 0);
  return (
    <Card title={t('forecast.title')}>
      <dl className="facts">
        <Fact name={t('forecast.total')}>
          {format.number(total, 1)}{' '}
          <span className="quiet">
            {forecast.mean.length} × {word(`forecast.bucket.${forecast.bucket}`, forecast.bucket)}
          </span>
        </Fact>
        <Fact name={t('forecast.demandClass')}>{forecast.demandClass}</Fact>
        <Fact name={t('forecast.model')}>{forecast.model}</Fact>
        <Fact name={t('forecast.reason')}>
          <bdi>{forecast.reason}</bdi>
        </Fact>
      </dl>
    </Card>
  );
}

function Replenishment({ sku }: { readonly sku: Sku }): ReactNode {
  const { t, format } = useLocale();
  const { replenishment } = sku;
  if (replenishment === null)
    return (
      <Card title={t('forecast.replenishment')}>
        <Empty>{t('forecast.noReplenishment')}</Empty>
      </Card>
    );
  const figures = ['suggestedQuantity', 'onHand', 'onOrder', 'reorderPoint', 'safetyStock', 'orderUpTo'] as const;
  const names = {
    suggestedQuantity: 'forecast.suggested',
    onHand: 'forecast.onHand',
    onOrder: 'forecast.onOrder',
    reorderPoint: 'forecast.reorderPoint',
    safetyStock: 'forecast.safetyStock',
    orderUpTo: 'forecast.orderUpTo',
  } as const;
  return (
    <Card title={t('forecast.replenishment')}>
      <dl className="facts">
        {figures.map((figure) => (
          <Fact key={figure} name={t(names[figure])}>
            <span className={figure === 'suggestedQuantity' ? 'strong' : undefined}>{format.number(replenishment[figure], 1)}</span>
          </Fact>
        ))}
        <Fact name={t('column.reason')}>
          <bdi>{replenishment.reason}</bdi>
        </Fact>
      </dl>
    </Card>
  );
}

function Answers({ sku }: { readonly sku: Sku }): ReactNode {
  const { t } = useLocale();
  return (
    <Card title={t('forecast.answer')}>
      {sku.forecast !== null && <AnswerText title={t('forecast.answerForecast')} answer={sku.forecast.answer} />}
      {sku.replenishment !== null && <AnswerText title={t('forecast.answerReplenishment')} answer={sku.replenishment.answer} />}
      {sku.forecast === null && sku.replenishment === null && <Empty>{t('forecast.unsent')}</Empty>}
    </Card>
  );
}

const tones: Readonly<Record<string, 'good' | 'bad' | 'warn'>> = { ACCEPTED: 'good', REFUSED: 'bad', OVERRIDDEN: 'warn' };

function AnswerText({ title, answer }: { readonly title: string; readonly answer: Answer | null }): ReactNode {
  const { t, word, format } = useLocale();
  if (answer === null)
    return (
      <p>
        {title}: <span className="quiet">{t('forecast.unsent')}</span>
      </p>
    );
  return (
    <div className="answer">
      <h3>{title}</h3>
      <p>
        <Tag tone={tones[answer.decision ?? ''] ?? 'plain'}>
          {answer.decision === null ? t('decision.none') : word(`decision.${answer.decision}`, answer.decision)}
        </Tag>{' '}
        {answer.value !== null && <strong>{t('forecast.overriddenWith', { value: format.number(answer.value, 1) })}</strong>}
      </p>
      {answer.reason !== null && (
        <p>
          <bdi>{answer.reason}</bdi>
        </p>
      )}
      <p className="quiet small">
        {t('forecast.sentAt', { date: format.dateTime(answer.publishedAt) })}
        {answer.answeredAt !== null && <> · {t('forecast.answeredAt', { date: format.dateTime(answer.answeredAt) })}</>} ·{' '}
        {t('forecast.attempts', { count: answer.attempts })}
      </p>
    </div>
  );
}

function SeriesTable({ series }: { readonly series: ChartSeries }): ReactNode {
  const { t, format } = useLocale();
  const [widest] = series.bands;
  const rows = series.steps.map((step, at) => ({ ...step, from: widest?.from[at] ?? null, to: widest?.to[at] ?? null })).reverse();
  const number = (value: number | null): string => (value === null ? '–' : format.number(value, 1));
  return (
    <Table
      caption={t('forecast.table')}
      rows={rows}
      rowKey={(row) => row.start}
      columns={[
        { key: 'period', title: t('column.period'), cell: (row) => format.date(`${row.start}T00:00:00Z`) },
        { key: 'actual', title: t('column.actual'), numeric: true, cell: (row) => number(row.actual) },
        { key: 'expected', title: t('column.expected'), numeric: true, cell: (row) => number(row.mean) },
        {
          key: 'range',
          title:
            widest === undefined
              ? t('column.range')
              : t('forecast.band', { low: format.percent(widest.low), high: format.percent(widest.high) }),
          numeric: true,
          cell: (row) => (row.from === null ? '–' : `${number(row.from)} – ${number(row.to)}`),
        },
      ]}
    />
  );
}
