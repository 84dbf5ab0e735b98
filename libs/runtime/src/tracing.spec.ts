import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { currentTraceparent, startTracing, withSpan } from './tracing.ts';

const parent = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

describe('tracing', () => {
  let stop: () => Promise<void>;
  beforeEach(() => {
    stop = startTracing({ otlpEndpoint: undefined });
  });
  afterEach(() => stop());

  it('continues the trace of the sender across awaits, under a span of its own', async () => {
    const inside = await withSpan('store', parent, async () => {
      await Promise.resolve();
      return currentTraceparent();
    });
    expect(inside).toMatch(/^00-0af7651916cd43dd8448eb211c80319c-[0-9a-f]{16}-01$/);
    expect(inside).not.toBe(parent);
    expect(currentTraceparent()).toBeUndefined();
  });

  it('starts a new trace from a text that is no traceparent, and nests spans', async () => {
    const [outer, inner] = await withSpan('outer', 'nonsense', async () => [
      currentTraceparent(),
      await withSpan('inner', undefined, () => currentTraceparent()),
    ]);
    expect(outer?.slice(3, 35)).toMatch(/^[0-9a-f]{32}$/);
    expect(inner?.slice(3, 35)).toBe(outer?.slice(3, 35));
    expect(inner).not.toBe(outer);
  });

  it('throws on what the work throws', async () => {
    await expect(withSpan('store', undefined, () => Promise.reject(new Error('down')))).rejects.toThrow('down');
  });
});
