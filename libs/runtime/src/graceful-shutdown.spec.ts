import { describe, expect, it } from '@jest/globals';
import { gracefulShutdown } from './graceful-shutdown.ts';

describe('gracefulShutdown', () => {
  it('closes in order and goes on after one that fails', async () => {
    const closed: string[] = [];
    const close = (name: string) => ({ name, close: () => closed.push(name) });
    const broken = {
      name: 'broken',
      close: () => {
        throw new Error('no');
      },
    };
    const report = await gracefulShutdown([close('http'), broken, close('database')], 1000);
    expect(closed).toEqual(['http', 'database']);
    expect(report).toMatchObject({ clean: false, failed: [{ name: 'broken' }], unfinished: [] });
  });

  it('returns at the deadline and says what has not ended', async () => {
    const hang = { name: 'hang', close: () => new Promise(() => undefined) };
    expect(await gracefulShutdown([{ name: 'quick', close: () => undefined }, hang], 10)).toEqual({
      clean: false,
      failed: [],
      unfinished: ['hang'],
    });
  });
});
