import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { noAnswer, outcomeOf } from './delivery-outcome.ts';
import { mayAttempt, noOutage, showedAway, wasOutage, type Outage } from './outage.ts';
import { RETRY_DELAYS_MS, retryDelay } from './retry-schedule.ts';

describe('retryDelay', () => {
  it('starts at 5 seconds, ends at 8 hours, spans most of a day, then gives up', () => {
    expect(retryDelay(1, 0.5)).toBe(5_000);
    expect(retryDelay(9, 0.5)).toBe(8 * 3_600_000);
    expect(retryDelay(10, 0.5)).toBeUndefined();
    expect(RETRY_DELAYS_MS.reduce((sum, delay) => sum + delay, 0) / 3_600_000).toBeGreaterThan(15);
  });

  it('spreads by a fifth, rises, and is never sooner than asked nor longer than the longest wait', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 9 }),
        fc.double({ min: 0, max: 0.999, noNaN: true }),
        fc.integer({ min: 0, max: 1e9 }),
        (attempts, chance, asked) => {
          const base = RETRY_DELAYS_MS[attempts - 1] ?? Number.NaN;
          const delay = retryDelay(attempts, chance) ?? Number.NaN;
          expect(delay).toBeGreaterThanOrEqual(0.8 * base);
          expect(delay).toBeLessThanOrEqual(1.2 * base);
          const patient = retryDelay(attempts, chance, asked) ?? Number.NaN;
          expect(patient).toBeGreaterThanOrEqual(Math.max(delay, Math.min(asked, 8 * 3_600_000)));
          expect(patient).toBeLessThanOrEqual(9.6 * 3_600_000);
        },
      ),
    );
    expect([...RETRY_DELAYS_MS]).toEqual([...RETRY_DELAYS_MS].sort((left, right) => left - right));
  });
});

describe('outcomeOf', () => {
  const now = Date.UTC(2026, 0, 1);
  it.each([200, 202, 204])('%i is delivered', (status) => expect(outcomeOf(status, undefined, now)).toEqual({ kind: 'delivered', status }));
  it.each([300, 301, 302, 307, 308, 400, 401, 404, 409, 422, 500])('%i is tried again, the event being at fault or its handler', (status) =>
    expect(outcomeOf(status, undefined, now)).toMatchObject({ kind: 'retry', status, away: false, retryAfterMs: 0 }),
  );
  it.each([429, 502, 503, 504])('%i says that the ERP is away', (status) =>
    expect(outcomeOf(status, undefined, now)).toMatchObject({ kind: 'retry', away: true }),
  );
  it('410 ends it', () => expect(outcomeOf(410, undefined, now)).toEqual({ kind: 'disabled', status: 410 }));
  it('no answer is away too', () =>
    expect(noAnswer('ECONNREFUSED')).toMatchObject({ kind: 'retry', status: null, away: true, error: 'ECONNREFUSED' }));

  it('reads Retry-After in seconds and as a date, and nothing else', () => {
    const asked = (text: string) => outcomeOf(503, text, now);
    expect(asked('120')).toMatchObject({ retryAfterMs: 120_000 });
    expect(asked('Thu, 01 Jan 2026 00:01:00 GMT')).toMatchObject({ retryAfterMs: 60_000 });
    expect(asked('Wed, 31 Dec 2025 00:00:00 GMT')).toMatchObject({ retryAfterMs: 0 });
    expect(asked('soon')).toMatchObject({ retryAfterMs: 0 });
  });
});

describe('outage', () => {
  const away = (times: number, start: Outage = noOutage): Outage => {
    let outage = start;
    for (let n = 0; n < times; n++) outage = showedAway(outage, outage.until);
    return outage;
  };

  it('takes three in a row, then pauses twice as long each time, half a minute at most', () => {
    expect(mayAttempt(away(2), 0)).toBe(true);
    expect(wasOutage(away(2))).toBe(false);
    const waits = [3, 4, 5, 6, 7, 8, 9, 20].map((times) => away(times).until - away(times - 1).until);
    expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 16_000, 30_000, 30_000, 30_000]);
    expect(wasOutage(away(3))).toBe(true);
  });

  it('does not grow by what was under way when the pause began', () => {
    const paused = away(3);
    expect(showedAway(paused, paused.until - 1)).toEqual(paused);
  });
});
