import { useSyncExternalStore, type MouseEvent, type ReactNode } from 'react';

const CHANGED = 'tributary:navigated';

/** Goes to a path of the page; `replace` leaves no step to go back to. */
function navigate(path: string, replace = false): void {
  if (replace) history.replaceState(null, '', path);
  else history.pushState(null, '', path);
  dispatchEvent(new Event(CHANGED));
}

/** The current location: path and query. */
export function useLocation(): { readonly path: string; readonly query: URLSearchParams } {
  const text = useSyncExternalStore(subscribe, () => location.pathname + location.search);
  const [path = '/', query = ''] = text.split('?');
  return { path, query: new URLSearchParams(query) };
}

function subscribe(changed: () => void): () => void {
  addEventListener('popstate', changed);
  addEventListener(CHANGED, changed);
  return () => {
    removeEventListener('popstate', changed);
    removeEventListener(CHANGED, changed);
  };
}

interface LinkProps {
  readonly to: string;
  readonly children: ReactNode;
  readonly className?: string;
  readonly current?: boolean;
}

/** A link within the page; a click with a modifier or another button is the browser's. */
export function Link({ to, children, className, current }: LinkProps): ReactNode {
  const follow = (event: MouseEvent): void => {
    if (event.defaultPrevented || event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey || event.altKey) return;
    event.preventDefault();
    navigate(to);
    scrollTo(0, 0);
  };
  return (
    <a href={to} onClick={follow} className={className} aria-current={current === true ? 'page' : undefined}>
      {children}
    </a>
  );
}
