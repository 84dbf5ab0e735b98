const REPORT_MS = 500;

/** Tells the parent that this process is up, and from then on its highest memory. Does nothing without a parent that listens. */
export function reportReady(addresses: Readonly<Record<string, string>>): void {
  if (process.send === undefined) return;
  const send = (message: object): void => {
    if (process.connected) process.send?.(message, () => undefined);
  };
  send({ type: 'ready', addresses });
  const timer = setInterval(() => send({ type: 'rss', mb: Math.round(process.resourceUsage().maxRSS / 1024) }), REPORT_MS);
  timer.unref();
}

/** Calls `stop` once: on SIGINT, SIGTERM, or when the parent is gone. */
export function onStop(stop: (why: string) => void): void {
  let asked = false;
  const once = (why: string) => (): void => {
    if (asked) return;
    asked = true;
    stop(why);
  };
  process.on('SIGINT', once('SIGINT'));
  process.on('SIGTERM', once('SIGTERM'));
  process.on('disconnect', once('parent gone'));
}
