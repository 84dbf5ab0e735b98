import { describe, expect, it } from '@jest/globals';
import { Health } from './health.ts';

describe('Health', () => {
  it('is ready when everything expected has reported well', () => {
    const health = new Health();
    health.expect('postgres', 'kafka');
    health.report('postgres', 'ok');
    expect(health.ready()).toEqual({ ok: false, reasons: { kafka: 'starting' } });
    health.report('kafka', 'ok');
    health.expect('kafka');
    expect(health.ready()).toEqual({ ok: true, reasons: {} });
  });

  it('lives on through a trouble that a restart would not cure', () => {
    const health = new Health();
    health.report('postgres', { reason: 'connection refused' });
    expect([health.live().ok, health.ready()]).toEqual([true, { ok: false, reasons: { postgres: 'connection refused' } }]);
    health.report('consumer', { reason: 'crashed', fatal: true });
    expect(health.live()).toEqual({ ok: false, reasons: { consumer: 'crashed' } });
  });
});
