import type { ReactNode } from 'react';
import type { Totals } from '../../src/api.ts';
import { WhyButton } from './why-button.tsx';
import { useLocale } from './locale.tsx';
import { Empty } from './states.tsx';
import type { WhyField } from './why-dialog.tsx';

/** Money of a customer: a row a figure, a column a currency, each with its "why". */
export function MoneyTable({ totals, ask }: { readonly totals: readonly Totals[]; readonly ask: (field: WhyField) => void }): ReactNode {
  const { t, format } = useLocale();
  if (totals.length === 0) return <Empty>{t('customer.noMoney')}</Empty>;
  const figures = ['gross', 'returned', 'net', 'paid'] as const;
  return (
    <div className="table" role="region" aria-label={t('customer.money')} tabIndex={0}>
      <table className="money">
        <caption className="unseen">{t('customer.money')}</caption>
        <thead className={totals.length === 1 ? 'unseen' : undefined}>
          <tr>
            <td />
            {totals.map(({ currency }) => (
              <th key={currency} scope="col" className="num">
                {currency}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {figures.map((figure) => (
            <tr key={figure} className={figure === 'net' ? 'sum' : undefined}>
              <th scope="row">{t(`customer.${figure}`)}</th>
              {totals.map((row) => (
                <td key={row.currency} className="num">
                  {format.money(row[figure], row.currency)} <WhyButton field={{ field: figure, currency: row.currency }} ask={ask} />
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
