import type { ReactNode } from 'react';
import type { ApiFailure } from './fetch-json.ts';
import { useLocale } from './locale.tsx';
import type { Asked, Paged } from './use-api.ts';

/** Says that something could not be shown, why, and offers to try again. */
export function Failure({ failure, retry }: { readonly failure: ApiFailure; readonly retry?: () => void }): ReactNode {
  const { t } = useLocale();
  return (
    <div className="notice notice-bad" role="alert">
      <strong>{t('error.title')}</strong>
      <p>{t(`error.${failure.code}`)}</p>
      {failure.faults.length > 0 && (
        <ul>
          {failure.faults.map(({ field, reason }) => (
            <li key={`${field} ${reason}`}>
              <bdi className="mono">{field}</bdi> <bdi>{reason}</bdi>
            </li>
          ))}
        </ul>
      )}
      {failure.id !== null && <p className="quiet mono">{t('error.id', { id: failure.id })}</p>}
      {retry !== undefined && failure.code !== 'not-found' && (
        <button type="button" onClick={retry}>
          {t('state.retry')}
        </button>
      )}
    </div>
  );
}

export function Loading(): ReactNode {
  const { t } = useLocale();
  return (
    <p className="quiet loading" role="status">
      {t('state.loading')}
    </p>
  );
}

export const Empty = ({ children }: { readonly children: ReactNode }): ReactNode => <p className="empty">{children}</p>;

/** Shows what was asked for, or where the request stands. */
export function Ready<T>({ asked, children }: { readonly asked: Asked<T>; readonly children: (data: T) => ReactNode }): ReactNode {
  if (asked.data !== undefined) return children(asked.data);
  if (asked.failure !== undefined) return <Failure failure={asked.failure} retry={asked.retry} />;
  return asked.loading ? <Loading /> : null;
}

/** The button under a list that has further pages, and what went wrong with the last one. */
export function More<Row>({ pages }: { readonly pages: Paged<Row> }): ReactNode {
  const { t } = useLocale();
  return (
    <>
      {pages.data !== undefined && pages.failure !== undefined && <Failure failure={pages.failure} />}
      {pages.more !== undefined && (
        <p className="more">
          <button type="button" onClick={pages.more}>
            {t('state.more')}
          </button>
        </p>
      )}
    </>
  );
}
