import { describe, expect, it } from '@jest/globals';
import { createMetrics } from './metrics.ts';

describe('createMetrics', () => {
  it('gives the same metric for the same name and shows its values', async () => {
    const metrics = createMetrics(false);
    metrics.counter('events_total', 'Events.', ['source']).inc({ source: 'shop' }, 2);
    metrics.counter('events_total', 'Events.', ['source']).inc({ source: 'shop' });
    metrics.gauge('queue_length', 'Waiting.', [], (gauge) => gauge.set(7));
    const text = await metrics.text();
    expect(text).toContain('tributary_events_total{source="shop"} 3');
    expect(text).toContain('tributary_queue_length 7');
  });

  it('shows everything else when the values of one metric cannot be read', async () => {
    const metrics = createMetrics(false);
    let broken = false;
    const read = (set: () => void) => (): void => {
      if (broken) throw new Error('the database is away');
      set();
    };
    const length = metrics.gauge('queue_length', 'Waiting.', [], (gauge) => read(() => gauge.set(7))());
    metrics.gauge('lag', 'Lag.', ['topic'], (gauge) => read(() => gauge.set({ topic: 'a' }, 3))());
    metrics.counter('events_total', 'Events.').inc();
    await metrics.text();
    broken = true;
    const text = await metrics.text();
    expect(text).toContain('tributary_events_total 1');
    expect(text).toContain('tributary_queue_length Nan');
    expect(text).not.toContain('topic="a"');
    broken = false;
    const next = await metrics.text();
    expect(next).toContain('tributary_metrics_unread_total{metric="tributary_queue_length"} 1');
    expect(next).toContain('tributary_queue_length 7');
    expect(await length.get()).toMatchObject({ values: [{ value: 7 }] });
  });

  it('refuses the same name for another kind or other labels', () => {
    const metrics = createMetrics(false);
    metrics.counter('events_total', 'Events.', ['source']);
    expect(() => metrics.gauge('events_total', 'Events.', ['source'])).toThrow(/exists already/);
    expect(() => metrics.counter('events_total', 'Events.', ['topic'])).toThrow(/exists already/);
  });
});
