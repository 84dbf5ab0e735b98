import { useCallback, useEffect, useRef, useState } from 'react';
import type { Page } from '../../src/api.ts';
import { ApiFailure, fetchJson } from './fetch-json.ts';

/** Where a request stands. `data` stays while it is asked for again. */
export interface Asked<T> {
  readonly data: T | undefined;
  readonly failure: ApiFailure | undefined;
  readonly loading: boolean;
  retry(): void;
}

const failureOf = (error: unknown): ApiFailure => (error instanceof ApiFailure ? error : new ApiFailure('internal', null));
const isAbort = (error: unknown): boolean => error instanceof DOMException && error.name === 'AbortError';

/** Asks once, and again when the path changes. `null` asks nothing. */
export function useApi<T>(path: string | null): Asked<T> {
  const [state, setState] = useState<{ path: string | null; data: T | undefined; failure: ApiFailure | undefined }>({
    path: null,
    data: undefined,
    failure: undefined,
  });
  const [round, setRound] = useState(0);
  useEffect(() => {
    if (path === null) return;
    const abort = new AbortController();
    fetchJson<T>(path, { signal: abort.signal }).then(
      (data) => setState({ path, data, failure: undefined }),
      (error: unknown) => {
        if (!isAbort(error)) setState({ path, data: undefined, failure: failureOf(error) });
      },
    );
    return () => abort.abort();
  }, [path, round]);
  const current = state.path === path;
  return {
    data: current ? state.data : undefined,
    failure: current ? state.failure : undefined,
    loading: path !== null && !current,
    retry: useCallback(() => {
      setState({ path: null, data: undefined, failure: undefined });
      setRound((number) => number + 1);
    }, []),
  };
}

/** Something asked for again and again, and since when nobody has answered. */
export interface Polled<T> {
  readonly data: T | undefined;
  readonly failure: ApiFailure | undefined;
  /** When the last answer came, milliseconds. */
  readonly answeredAt: number | undefined;
}

/** Asks every `everyMs` while the page is visible; the last answer stays while later ones fail. */
export function usePolling<T>(path: string, everyMs: number): Polled<T> {
  const [state, setState] = useState<Polled<T>>({ data: undefined, failure: undefined, answeredAt: undefined });
  useEffect(() => {
    const abort = new AbortController();
    let timer: ReturnType<typeof setTimeout> | undefined;
    const again = (): void => {
      timer = setTimeout(ask, everyMs);
    };
    const ask = (): void => {
      if (document.hidden) return;
      fetchJson<T>(path, { signal: abort.signal }).then(
        (data) => {
          setState({ data, failure: undefined, answeredAt: Date.now() });
          again();
        },
        (error: unknown) => {
          if (isAbort(error)) return;
          setState((before) => ({ ...before, failure: failureOf(error) }));
          again();
        },
      );
    };
    const seen = (): void => {
      clearTimeout(timer);
      ask();
    };
    ask();
    document.addEventListener('visibilitychange', seen);
    return () => {
      abort.abort();
      clearTimeout(timer);
      document.removeEventListener('visibilitychange', seen);
    };
  }, [path, everyMs]);
  return state;
}

/** A list read page by page. */
export interface Paged<Row> extends Asked<readonly Row[]> {
  /** Reads the next page; absent at the end of the list. */
  readonly more: (() => void) | undefined;
}

/** Reads a list and, on demand, its further pages. `path` holds everything but the cursor. */
export function usePages<Row>(path: string): Paged<Row> {
  const first = useApi<Page<Row>>(path);
  const [rest, setRest] = useState<{ first: Page<Row> | undefined; pages: readonly Page<Row>[]; failure: ApiFailure | undefined }>({
    first: undefined,
    pages: [],
    failure: undefined,
  });
  const asking = useRef(false);
  const pages = rest.first === first.data ? rest.pages : [];
  const next = (pages.at(-1) ?? first.data)?.next ?? null;
  const more = (): void => {
    if (next === null || asking.current) return;
    asking.current = true;
    const shown = first.data;
    fetchJson<Page<Row>>(`${path}${path.includes('?') ? '&' : '?'}after=${encodeURIComponent(next)}`)
      .then(
        (page) => setRest({ first: shown, pages: [...pages, page], failure: undefined }),
        (error: unknown) => setRest({ first: shown, pages, failure: failureOf(error) }),
      )
      .finally(() => {
        asking.current = false;
      });
  };
  return {
    data: first.data === undefined ? undefined : [first.data, ...pages].flatMap((page) => page.rows),
    failure: first.failure ?? (rest.first === first.data ? rest.failure : undefined),
    loading: first.loading,
    retry: first.retry,
    more: next === null ? undefined : more,
  };
}
