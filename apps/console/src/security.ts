/** Headers of a request that decide whether it may pass. */
export interface RequestHead {
  readonly method: string;
  readonly host: string | undefined;
  readonly origin: string | undefined;
  readonly fetchSite: string | undefined;
}

/** Why a request was turned away before any handler saw it. */
export type Refusal = 'foreign-host' | 'cross-site';

/** Everything the page needs comes from this origin; no inline script or style, no frame, no form target. */
const CONTENT_SECURITY_POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self'",
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const headers: Readonly<Record<string, string>> = {
  'content-security-policy': CONTENT_SECURITY_POLICY,
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
  'referrer-policy': 'no-referrer',
  'cross-origin-opener-policy': 'same-origin',
  'cross-origin-resource-policy': 'same-origin',
  'permissions-policy': 'camera=(), microphone=(), geolocation=(), payment=()',
  'x-robots-tag': 'noindex',
};

/** Headers of every answer; those of the API are never stored by anything in between. */
export const securityHeaders = (path: string): Readonly<Record<string, string>> =>
  path.startsWith('/api/') ? { ...headers, 'cache-control': 'no-store' } : headers;

const LOOPBACK = new Set(['127.0.0.1', 'localhost', '[::1]']);
const hostName = (host: string): string => host.replace(/:\d+$/u, '').toLowerCase();

/**
 * Bound to loopback, only loopback names are answered: otherwise a page from elsewhere could rebind its own name to 127.0.0.1 and read
 * customers through the visitor's browser. A request that changes something must come from this origin.
 * @returns why not, or `undefined` when it may pass.
 */
export function refuse(head: RequestHead, boundTo: string): Refusal | undefined {
  const loopback = boundTo === '::1' || LOOPBACK.has(boundTo);
  if (loopback && !LOOPBACK.has(hostName(head.host ?? ''))) return 'foreign-host';
  if (head.method === 'GET' || head.method === 'HEAD') return undefined;
  if (head.fetchSite !== undefined && head.fetchSite !== 'same-origin') return 'cross-site';
  if (head.origin === undefined) return undefined;
  return URL.canParse(head.origin) && new URL(head.origin).host === head.host ? undefined : 'cross-site';
}
