import type { RequestQueue } from './kafkajs-internals.ts';

/** How often a queue looks after requests that wait for a free slot, milliseconds; a response looks at once. */
const CHECK_MS = 10;

/**
 * `scheduleCheckPendingRequests` of kafkajs without its busy loop. The stock one sets a timer after every response, whether or not
 * anything waits, with the negative number of milliseconds since the last throttling: it fires after a millisecond and sets itself again
 * (issue 1751; Node 24 also warns). A request that has to wait calls this function itself, so an empty queue needs no timer.
 */
export function scheduleCheckPendingRequests(this: RequestQueue): void {
  if (this.pending.length === 0 || this.throttleCheckTimeoutId !== null) return;
  const throttled = this.throttledUntil - Date.now();
  this.throttleCheckTimeoutId = setTimeout(
    () => {
      this.throttleCheckTimeoutId = null;
      this.checkPendingRequests();
    },
    throttled > 0 ? throttled : CHECK_MS,
  );
}
