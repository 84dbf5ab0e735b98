import { describe, expect, it } from '@jest/globals';
import { refuse, securityHeaders, type RequestHead } from './security.ts';

const head = (over: Partial<RequestHead>): RequestHead => ({
  method: 'GET',
  host: '127.0.0.1:8081',
  origin: undefined,
  fetchSite: undefined,
  ...over,
});

describe('refuse', () => {
  it.each(['127.0.0.1:8081', 'localhost:8081', 'LOCALHOST', '[::1]:8081'])('answers the loopback name %s', (host) =>
    expect(refuse(head({ host }), '127.0.0.1')).toBeUndefined(),
  );
  it.each(['evil.example', 'evil.example:8081', '127.0.0.1.evil.example', '', undefined])('does not answer to the name %s', (host) =>
    expect(refuse(head({ host }), '127.0.0.1')).toBe('foreign-host'),
  );
  it('leaves names to the proxy when it is not bound to loopback', () =>
    expect(refuse(head({ host: 'console.example' }), '0.0.0.0')).toBeUndefined());

  it.each([
    [{ fetchSite: 'cross-site' }, 'cross-site'],
    [{ fetchSite: 'same-site' }, 'cross-site'],
    [{ origin: 'http://evil.example' }, 'cross-site'],
    [{ origin: 'null' }, 'cross-site'],
    [{ origin: 'http://127.0.0.1:8081', fetchSite: 'same-origin' }, undefined],
    [{}, undefined],
  ] as const)('a POST with %j: %s', (over, verdict) => expect(refuse(head({ method: 'POST', ...over }), '127.0.0.1')).toBe(verdict));
});

describe('securityHeaders', () => {
  it('forbids inline code, frames and sniffing everywhere', () => {
    const { 'content-security-policy': policy, ...rest } = securityHeaders('/');
    expect(policy).toContain("default-src 'none'");
    expect(policy).toContain("frame-ancestors 'none'");
    expect(policy).not.toContain('unsafe');
    expect(rest).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer' });
    expect(rest).not.toHaveProperty('cache-control');
  });
  it('keeps the API out of every cache', () => expect(securityHeaders('/api/customers')['cache-control']).toBe('no-store'));
});
