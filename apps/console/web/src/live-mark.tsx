import { useEffect, useState, type ReactNode } from 'react';
import type { Overview } from '../../src/api.ts';
import { useLocale } from './locale.tsx';
import type { Polled } from './use-api.ts';

/** Older figures than this are not called live, seconds. */
const FRESH = 10;

/** Says whether the figures are live, and if not, how old they are and who does not answer. */
export function LiveMark({ polled, overview }: { readonly polled: Polled<Overview>; readonly overview: Overview }): ReactNode {
  const { t, format } = useLocale();
  const now = useNow();
  const age = overview.staleSeconds + Math.max(0, now - (polled.answeredAt ?? now)) / 1000;
  const live = age < FRESH && polled.failure === undefined && overview.database.state !== 'down';
  const ago = format.ago(age);
  return (
    <div className="live" role="status">
      <span className={live ? 'dot dot-live' : 'dot dot-stale'} aria-hidden="true" />
      <span>{live ? t('live.live') : t('live.stale', { ago })}</span>
      {polled.failure !== undefined && polled.answeredAt !== undefined && (
        <p className="notice notice-warn">{t('live.network', { time: format.time(new Date(polled.answeredAt).toISOString()), ago })}</p>
      )}
      {polled.failure === undefined && overview.database.state === 'down' && (
        <p className="notice notice-warn">{t('live.database', { time: format.time(overview.database.since), ago })}</p>
      )}
      {overview.kafka.state === 'down' && (
        <p className="notice notice-warn">{t('live.kafka', { time: format.time(overview.kafka.since) })}</p>
      )}
    </div>
  );
}

/** The time, once a second. */
function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 1000);
    return () => clearInterval(timer);
  }, []);
  return now;
}
