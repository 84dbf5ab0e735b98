import type { ReactNode } from 'react';
import type { Score } from '../../src/api.ts';
import { Card, Fact, Tag } from './card.tsx';
import { useLocale } from './locale.tsx';
import { Empty } from './states.tsx';

/** What the models say of a customer. */
export function CustomerScore({ score }: { readonly score: Score | null }): ReactNode {
  const { t, format } = useLocale();
  if (score === null)
    return (
      <Card title={t('customer.scores')}>
        <Empty>{t('customer.noScores')}</Empty>
      </Card>
    );
  const horizon = t('customer.horizon', { days: format.count(score.horizonDays) });
  return (
    <Card title={t('customer.scores')} note={t('customer.asOf', { date: format.date(score.asOf) })}>
      <dl className="facts">
        <Fact name={t('customer.recency')}>
          <Pips score={score.r} /> <span className="quiet">{t('customer.daysSince', { days: format.count(score.recencyDays) })}</span>
        </Fact>
        <Fact name={t('customer.frequency')}>
          <Pips score={score.f} /> <span className="quiet">{t('customer.orderDays', { days: format.count(score.frequency) })}</span>
        </Fact>
        <Fact name={t('customer.monetary')}>
          <Pips score={score.m} /> <span className="quiet">{format.money(score.monetary, score.currency)}</span>
        </Fact>
        <Fact name={t('customer.abc')}>
          <Tag tone={score.abcClass === 'A' ? 'good' : 'plain'}>{score.abcClass}</Tag>
        </Fact>
        <Fact name={t('customer.pAlive')}>{score.pAlive === null ? t('state.unknown') : format.percent(score.pAlive)}</Fact>
        <Fact name={t('customer.expected')}>
          {score.expectedPurchases === null ? t('state.unknown') : format.number(score.expectedPurchases)}{' '}
          <span className="quiet">{horizon}</span>
        </Fact>
        <Fact name={t('customer.clv')}>
          {score.lifetimeValue === null ? t('state.unknown') : format.money(score.lifetimeValue, score.currency)}{' '}
          <span className="quiet">{horizon}</span>
        </Fact>
        <Fact name={t('customer.model')}>
          <span className="quiet small">{score.model}</span>
        </Fact>
      </dl>
    </Card>
  );
}

/** A score of five as dots; read out as words. */
function Pips({ score }: { readonly score: number }): ReactNode {
  const { t } = useLocale();
  return (
    <span className="pips" role="img" aria-label={t('customer.ofFive', { score })}>
      {[1, 2, 3, 4, 5].map((pip) => (
        <span key={pip} className={pip <= score ? 'on' : undefined} />
      ))}
    </span>
  );
}
