import { describe, expect, it } from '@jest/globals';
import { Latest } from './latest.ts';

/** A source whose answers the test gives one by one, on a clock the test moves. */
function stage() {
  const state = { now: 0, reads: 0, events: [] as string[], answer: (): Promise<number> => Promise.resolve(0) };
  const latest = new Latest(
    () => {
      state.reads += 1;
      return state.answer();
    },
    {
      keepMs: 1000,
      patienceMs: 5,
      clock: () => state.now,
      failed: () => state.events.push('failed'),
      recovered: () => state.events.push('recovered'),
    },
  );
  return { state, latest };
}

describe('Latest', () => {
  it('reads once for many who ask at once, and again only when it is old', async () => {
    const { state, latest } = stage();
    state.answer = () => Promise.resolve(state.reads);
    expect((await Promise.all([latest.get(), latest.get(), latest.get()])).map(({ value }) => value)).toEqual([1, 1, 1]);
    state.now = 999;
    expect((await latest.get()).value).toBe(1);
    state.now = 1000;
    expect((await latest.get()).value).toBe(2);
  });

  it('throws while it never had a reading', async () => {
    const { state, latest } = stage();
    state.answer = () => Promise.reject(new Error('down'));
    await expect(latest.get()).rejects.toThrow('down');
  });

  it('gives the last good reading while reading fails, says since when, and tells failure and recovery once', async () => {
    const { state, latest } = stage();
    await latest.get();
    state.answer = () => Promise.reject(new Error('down'));
    for (const now of [1000, 2000, 3000]) {
      state.now = now;
      expect(await latest.get()).toEqual({ value: 0, at: 0, failingSince: 1000 });
    }
    state.answer = () => Promise.resolve(7);
    state.now = 4000;
    expect(await latest.get()).toEqual({ value: 7, at: 4000, failingSince: undefined });
    expect(state.events).toEqual(['failed', 'recovered']);
  });

  it('does not wait for a read that hangs once it has something to show', async () => {
    const { state, latest } = stage();
    await latest.get();
    let finish: (value: number) => void = () => undefined;
    state.answer = () => new Promise((resolve) => (finish = resolve));
    state.now = 1000;
    expect((await latest.get()).value).toBe(0);
    expect((await latest.get()).value).toBe(0);
    expect(state.reads).toBe(2);
    finish(9);
    await new Promise(setImmediate);
    expect((await latest.get()).value).toBe(9);
  });

  it('reads a slow thing less often', async () => {
    const { state, latest } = stage();
    state.answer = () => {
      state.now += 500;
      return Promise.resolve(state.reads);
    };
    await latest.get();
    state.now = 500 + 4999;
    expect((await latest.get()).value).toBe(1);
    state.now = 500 + 5000;
    expect((await latest.get()).value).toBe(2);
  });
});
