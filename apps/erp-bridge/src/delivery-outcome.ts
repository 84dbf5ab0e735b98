/** What an attempt came to. */
export type DeliveryOutcome =
  | { readonly kind: 'delivered'; readonly status: number }
  | {
      readonly kind: 'retry';
      /** `null` when there was no answer. */
      readonly status: number | null;
      readonly error: string;
      /** What the receiver asked for, milliseconds. */
      readonly retryAfterMs: number;
      /** The receiver as a whole is away or overloaded, not this event at fault. */
      readonly away: boolean;
    }
  /** 410: the receiver wants nothing more. */
  | { readonly kind: 'disabled'; readonly status: number };

const AWAY = new Set([429, 502, 503, 504]);

/**
 * Reads an answer by Standard Webhooks 1.0 ("Operational considerations"): 2xx is taken, 410 ends deliveries, everything else, a redirect
 * included, is a failure that is tried again.
 * @param retryAfter the header of that name: seconds or an HTTP date (RFC 9110, 10.2.3).
 * @param now milliseconds, for the date.
 */
export function outcomeOf(status: number, retryAfter: string | undefined, now: number): DeliveryOutcome {
  if (status >= 200 && status < 300) return { kind: 'delivered', status };
  if (status === 410) return { kind: 'disabled', status };
  const error = status >= 300 && status < 400 ? `answered ${status}: redirects are not followed` : `answered ${status}`;
  return { kind: 'retry', status, error, retryAfterMs: readRetryAfter(retryAfter, now), away: AWAY.has(status) };
}

/** No answer: refused, reset, timed out, not resolved. */
export function noAnswer(error: string): DeliveryOutcome {
  return { kind: 'retry', status: null, error: error.slice(0, 200), retryAfterMs: 0, away: true };
}

function readRetryAfter(text: string | undefined, now: number): number {
  if (text === undefined) return 0;
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  const date = Date.parse(text);
  return Number.isNaN(date) ? 0 : Math.max(0, date - now);
}
