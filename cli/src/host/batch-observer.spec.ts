import { describe, expect, it } from '@jest/globals';
import { createMetrics, Health } from '@tributary/runtime';
import { createBatchObserver } from './batch-observer.ts';

describe('what the transport reports', () => {
  it('turns the process not ready while a partition stalls or stands, or the broker is silent, with what it waits for', () => {
    const health = new Health();
    const observer = createBatchObserver(createMetrics(false), health);
    const reasons = (): Readonly<Record<string, string>> => health.ready().reasons;
    expect(health.ready().ok).toBe(true);
    observer.stalled('profile', 't', 3, { lag: 12n, milliseconds: 90_400, waitsFor: 'commit' });
    observer.halted('profile', 't', 4, 'offsets 5 to 9 were removed by the broker before they were read');
    observer.silent('profile', 91_000);
    expect(reasons()).toEqual({
      'broker of profile': 'has not answered for 91 s',
      'profile t/3': 'lags 12 records and has not moved for 90 s: its records wait for the database',
      'profile t/4': 'offsets 5 to 9 were removed by the broker before they were read',
    });
    expect(health.live().ok).toBe(true);
    observer.stalled('profile', 't', 3, undefined);
    observer.halted('profile', 't', 4, undefined);
    observer.silent('profile', undefined);
    expect(reasons()).toEqual({});
  });

  it('counts what is held and what stands', async () => {
    const metrics = createMetrics(false);
    const observer = createBatchObserver(metrics, new Health());
    observer.held('profile', { events: 7, bytes: 900 }, true);
    observer.halted('profile', 't', 4, 'why');
    const text = await metrics.text();
    expect(text).toContain('tributary_held_records{group="profile"} 7');
    expect(text).toContain('tributary_held_bytes{group="profile"} 900');
    expect(text).toContain('tributary_fetch_paused{group="profile"} 1');
    expect(text).toContain('tributary_partition_halted{group="profile",topic="t",partition="4"} 1');
  });
});
