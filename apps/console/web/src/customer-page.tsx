import { useState, type ReactNode } from 'react';
import { explainableCounts, type Customer, type PersonalData } from '../../src/api.ts';
import { Card, Fact, Tag } from './card.tsx';
import { CustomerScore } from './customer-score.tsx';
import { CustomerSegments } from './customer-segments.tsx';
import { fetchJson, ApiFailure } from './fetch-json.ts';
import { IdentityEvidence } from './identity-evidence.tsx';
import { useLocale } from './locale.tsx';
import { MoneyTable } from './money-table.tsx';
import { Link } from './router.tsx';
import { Failure, Ready } from './states.tsx';
import { Timeline } from './timeline.tsx';
import { useApi } from './use-api.ts';
import { WhyButton } from './why-button.tsx';
import { WhyDialog, type WhyField } from './why-dialog.tsx';

/** One customer: who they are, what they did, what was learned, and why each figure is what it is. */
export function CustomerPage({ id }: { readonly id: string }): ReactNode {
  const { t } = useLocale();
  const asked = useApi<Customer>(`/api/customers/${encodeURIComponent(id)}`);
  return (
    <>
      <p className="back">
        <Link to="/customers">← {t('customer.back')}</Link>
      </p>
      <Ready asked={asked}>{(customer) => <CustomerFacts customer={customer} />}</Ready>
    </>
  );
}

function CustomerFacts({ customer }: { readonly customer: Customer }): ReactNode {
  const { t, word } = useLocale();
  const [revealed, setRevealed] = useState<PersonalData>();
  const [asking, setAsking] = useState<WhyField>();
  const name = (revealed ?? customer).name;
  return (
    <>
      <div className="title">
        <h1>{name === null ? t('customers.unnamed') : <bdi>{name}</bdi>}</h1>
        <Tag>{word(`kind.${customer.kind}`, customer.kind)}</Tag>
        <Reveal profileId={customer.profileId} revealed={revealed !== undefined} show={setRevealed} />
      </div>
      {customer.redirectedFrom !== null && <p className="notice">{t('customer.redirected', { id: customer.redirectedFrom })}</p>}
      <div className="columns">
        <Person customer={customer} personal={revealed ?? customer} ask={setAsking} />
        <Card title={t('customer.money')}>
          <MoneyTable totals={customer.totals} ask={setAsking} />
          <Counts customer={customer} ask={setAsking} />
        </Card>
        <CustomerScore score={customer.score} />
        <CustomerSegments segments={customer.segments} />
      </div>
      <Card title={t('customer.timeline')}>
        <Timeline profileId={customer.profileId} />
      </Card>
      <Card title={t('customer.identity')}>
        <IdentityEvidence evidence={customer.identity} />
      </Card>
      {asking !== undefined && <WhyDialog profileId={customer.profileId} field={asking} close={() => setAsking(undefined)} />}
    </>
  );
}

interface RevealProps {
  readonly profileId: string;
  readonly revealed: boolean;
  readonly show: (personal: PersonalData) => void;
}

function Reveal({ profileId, revealed, show }: RevealProps): ReactNode {
  const { t } = useLocale();
  const [failure, setFailure] = useState<ApiFailure>();
  if (revealed)
    return (
      <span className="quiet" role="status">
        {t('customer.revealed')}
      </span>
    );
  const ask = (): void => {
    fetchJson<PersonalData>(`/api/customers/${encodeURIComponent(profileId)}/reveal`, { method: 'POST' }).then(show, (error: unknown) =>
      setFailure(error instanceof ApiFailure ? error : new ApiFailure('internal', null)),
    );
  };
  return (
    <span className="reveal">
      <button type="button" onClick={ask}>
        {t('customer.reveal')}
      </button>
      <span className="quiet">{t('customer.revealNote')}</span>
      {failure !== undefined && <Failure failure={failure} />}
    </span>
  );
}

interface AskProps {
  readonly customer: Customer;
  readonly ask: (field: WhyField) => void;
}

function Person({ customer, personal, ask }: AskProps & { readonly personal: PersonalData }): ReactNode {
  const { t, format } = useLocale();
  const fields = [
    { field: 'name', value: personal.name },
    { field: 'email', value: personal.email },
    { field: 'phone', value: personal.phone },
    { field: 'country', value: customer.country },
  ] as const;
  return (
    <Card title={t('customer.facts')}>
      <dl className="facts">
        {fields.map(({ field, value }) => (
          <Fact key={field} name={t(`customer.${field}`)}>
            <bdi>{value ?? '–'}</bdi> {value !== null && <WhyButton field={{ field }} ask={ask} />}
          </Fact>
        ))}
        <Fact name={t('customer.sources')}>
          {personal.sources.length === 0 ? '–' : null}
          <ul className="plain">
            {personal.sources.map(({ source, customerId }) => (
              <li key={`${source}/${customerId}`}>
                <bdi>{source}</bdi> <bdi className="mono">{customerId}</bdi>
              </li>
            ))}
          </ul>
        </Fact>
        <Fact name={t('customer.firstOrder')}>{customer.firstOrderAt === null ? '–' : format.dateTime(customer.firstOrderAt)}</Fact>
        <Fact name={t('customer.lastOrder')}>{customer.lastOrderAt === null ? '–' : format.dateTime(customer.lastOrderAt)}</Fact>
        <Fact name={t('customer.profileId')}>
          <span className="mono small">{customer.profileId}</span>
        </Fact>
        {customer.mergedFrom.length > 0 && (
          <Fact name={t('customer.mergedFrom')}>
            {customer.mergedFrom.map((id) => (
              <div key={id} className="mono small">
                {id}
              </div>
            ))}
          </Fact>
        )}
      </dl>
    </Card>
  );
}

function Counts({ customer, ask }: AskProps): ReactNode {
  const { t, format } = useLocale();
  return (
    <dl className="facts counts">
      {explainableCounts.map((count) => (
        <Fact key={count} name={t(`customer.${count}`)}>
          {format.count(customer[count])} <WhyButton field={{ field: count }} ask={ask} />
        </Fact>
      ))}
    </dl>
  );
}
