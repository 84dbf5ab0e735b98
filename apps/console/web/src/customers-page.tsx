import { useState, type FormEvent, type ReactNode } from 'react';
import { customerSorts, type CustomerRow, type CustomerSort } from '../../src/api.ts';
import { Tag } from './card.tsx';
import { useLocale } from './locale.tsx';
import { Link } from './router.tsx';
import { Empty, More, Ready } from './states.tsx';
import { Table } from './table.tsx';
import { usePages } from './use-api.ts';

/** What was looked for last, for the way back from a profile. In memory only: a search may be personal data, so it is in no address. */
let lastSearch: { readonly query: string; readonly sort: CustomerSort } = { query: '', sort: 'recent' };

/** Search for customers. */
export function CustomersPage(): ReactNode {
  const { t } = useLocale();
  const [search, setSearch] = useState(lastSearch);
  const [typed, setTyped] = useState(lastSearch.query);
  const look = (next: typeof search): void => {
    lastSearch = next;
    setSearch(next);
  };
  const submit = (event: FormEvent): void => {
    event.preventDefault();
    look({ ...search, query: typed.trim() });
  };
  const pages = usePages<CustomerRow>(`/api/customers?${new URLSearchParams({ query: search.query, sort: search.sort }).toString()}`);
  return (
    <>
      <div className="title">
        <h1>{t('customers.title')}</h1>
      </div>
      <form className="search" role="search" onSubmit={submit}>
        <input
          type="search"
          aria-label={t('customers.search')}
          placeholder={t('customers.search')}
          value={typed}
          maxLength={200}
          onChange={(event) => setTyped(event.target.value)}
        />
        <button type="submit" className="primary">
          {t('customers.searchButton')}
        </button>
        <label>
          <span>{t('customers.sort')}</span>
          <select value={search.sort} onChange={(event) => look({ ...search, sort: event.target.value as CustomerSort })}>
            {customerSorts.map((sort) => (
              <option key={sort} value={sort}>
                {t(`customers.sort.${sort}`)}
              </option>
            ))}
          </select>
        </label>
      </form>
      <p className="quiet">{t('customers.masked')}</p>
      <Ready asked={pages}>
        {(rows) =>
          rows.length === 0 ? <Empty>{t(search.query === '' ? 'customers.none' : 'customers.empty')}</Empty> : <CustomerTable rows={rows} />
        }
      </Ready>
      <More pages={pages} />
    </>
  );
}

function CustomerTable({ rows }: { readonly rows: readonly CustomerRow[] }): ReactNode {
  const { t, word, format } = useLocale();
  return (
    <div className="card flush">
      <Table
        caption={t('customers.title')}
        rows={rows}
        rowKey={(row) => row.profileId}
        columns={[
          {
            key: 'customer',
            title: t('column.customer'),
            cell: (row) => (
              <Link to={`/customers/${row.profileId}`} className="strong">
                {row.name === null ? <span className="quiet">{t('customers.unnamed')}</span> : <bdi>{row.name}</bdi>}
              </Link>
            ),
          },
          { key: 'kind', title: t('column.kind'), cell: (row) => <Tag>{word(`kind.${row.kind}`, row.kind)}</Tag> },
          { key: 'email', title: t('column.email'), cell: (row) => <bdi>{row.email ?? '–'}</bdi> },
          { key: 'country', title: t('column.country'), cell: (row) => <bdi>{row.country ?? '–'}</bdi> },
          { key: 'orders', title: t('column.orders'), numeric: true, cell: (row) => format.count(row.orders) },
          {
            key: 'net',
            title: t('column.net'),
            numeric: true,
            cell: (row) =>
              row.totals.length === 0
                ? '–'
                : row.totals.map(({ currency, net }) => <div key={currency}>{format.money(net, currency)}</div>),
          },
          {
            key: 'last',
            title: t('column.lastOrder'),
            numeric: true,
            cell: (row) => (row.lastOrderAt === null ? '–' : format.date(row.lastOrderAt)),
          },
        ]}
      />
    </div>
  );
}
