import { useEffect, useRef, type ReactNode } from 'react';
import { CustomerPage } from './customer-page.tsx';
import { CustomersPage } from './customers-page.tsx';
import { ForecastPage } from './forecast-page.tsx';
import { languages, type Language } from './format.ts';
import { useLocale } from './locale.tsx';
import { OverviewPage } from './overview-page.tsx';
import { QuarantinePage } from './quarantine-page.tsx';
import { QuarantinedPage } from './quarantined-page.tsx';
import { Link, useLocation } from './router.tsx';

const sections = [
  { path: '/', key: 'nav.overview' },
  { path: '/customers', key: 'nav.customers' },
  { path: '/forecast', key: 'nav.forecast' },
  { path: '/quarantine', key: 'nav.quarantine' },
] as const;
const languageNames: Readonly<Record<Language, string>> = { en: 'English', 'zh-CN': '简体中文' };

/** The frame of every page: navigation, language, content. */
export function App(): ReactNode {
  const { t, language, setLanguage } = useLocale();
  const { path } = useLocation();
  const main = useRef<HTMLElement>(null);
  const section = sections.find((entry) => (entry.path === '/' ? path === '/' : path.startsWith(entry.path)));
  useEffect(() => {
    document.title = section === undefined ? t('app.name') : `${t(section.key)} · ${t('app.name')}`;
  }, [section, t]);
  return (
    <div className="frame">
      <a
        className="skip"
        href="#content"
        onClick={(event) => {
          event.preventDefault();
          main.current?.focus();
        }}
      >
        {t('app.skip')}
      </a>
      <header className="side">
        <Link to="/" className="brand">
          <img src="/icon.svg" alt="" width="28" height="28" />
          <span>
            <strong>{t('app.name')}</strong>
            <span className="quiet">{t('app.tagline')}</span>
          </span>
        </Link>
        <nav aria-label={t('app.navigation')}>
          {sections.map((entry) => (
            <Link key={entry.path} to={entry.path} current={entry === section}>
              {t(entry.key)}
            </Link>
          ))}
        </nav>
        <label className="language">
          <span className="unseen">{t('app.language')}</span>
          <select value={language} onChange={(event) => setLanguage(event.target.value as Language)}>
            {languages.map((name) => (
              <option key={name} value={name} lang={name}>
                {languageNames[name]}
              </option>
            ))}
          </select>
        </label>
      </header>
      <main id="content" ref={main} tabIndex={-1}>
        {pageAt(path)}
      </main>
    </div>
  );
}

function pageAt(path: string): ReactNode {
  const [, section = '', id, more] = path.split('/');
  if (more !== undefined) return <NoPage />;
  if (section === '' && id === undefined) return <OverviewPage />;
  if (section === 'customers') return id === undefined ? <CustomersPage /> : <CustomerPage key={id} id={id} />;
  if (section === 'forecast' && id === undefined) return <ForecastPage />;
  if (section === 'quarantine') return id === undefined ? <QuarantinePage /> : <QuarantinedPage key={id} id={id} />;
  return <NoPage />;
}

function NoPage(): ReactNode {
  const { t } = useLocale();
  return (
    <div className="notice">
      <h1>{t('state.notFoundTitle')}</h1>
      <p>
        <Link to="/">{t('state.notFoundHome')}</Link>
      </p>
    </div>
  );
}
