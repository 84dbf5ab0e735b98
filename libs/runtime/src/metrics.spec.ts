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

  it('refuses the same name for another kind or other labels', () => {
    const metrics = createMetrics(false);
    metrics.counter('events_total', 'Events.', ['source']);
    expect(() => metrics.gauge('events_total', 'Events.', ['source'])).toThrow(/exists already/);
    expect(() => metrics.counter('events_total', 'Events.', ['topic'])).toThrow(/exists already/);
  });
});
