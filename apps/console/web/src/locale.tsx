import { createContext, useContext, useEffect, useMemo, useState, type ReactNode } from 'react';
import { formatFor, startLanguage, type Format, type Language } from './format.ts';
import { en, type TextKey } from './i18n/en.ts';
import { zhCn } from './i18n/zh-cn.ts';

const dictionaries: Readonly<Record<Language, Readonly<Record<TextKey, string>>>> = { en, 'zh-CN': zhCn };
const KEPT = 'tributary.language';

/** The page's language: texts, formats, and how to change it. */
export interface Locale {
  readonly language: Language;
  setLanguage(language: Language): void;
  /** A text, its `{slots}` filled in. */
  t(key: TextKey, values?: Readonly<Record<string, string | number>>): string;
  /** A text whose key comes from data; `fallback` when there is none. */
  word(key: string, fallback: string): string;
  readonly format: Format;
}

const Context = createContext<Locale | undefined>(undefined);

export function useLocale(): Locale {
  const locale = useContext(Context);
  if (locale === undefined) throw new Error('useLocale outside LocaleProvider');
  return locale;
}

export function LocaleProvider({ children }: { readonly children: ReactNode }): ReactNode {
  const [language, setLanguage] = useState<Language>(() => startLanguage(localStorage.getItem(KEPT), navigator.languages));
  useEffect(() => {
    document.documentElement.lang = language;
  }, [language]);
  const locale = useMemo<Locale>(() => {
    const texts = dictionaries[language];
    return {
      language,
      setLanguage: (next) => {
        localStorage.setItem(KEPT, next);
        setLanguage(next);
      },
      t: (key, values = {}) => texts[key].replace(/\{(\w+)\}/gu, (slot, name: string) => String(values[name] ?? slot)),
      word: (key, fallback) => (Object.hasOwn(texts, key) ? texts[key as TextKey] : fallback),
      format: formatFor(language),
    };
  }, [language]);
  return <Context.Provider value={locale}>{children}</Context.Provider>;
}
