import { describe, expect, it } from '@jest/globals';
import { InsightMemory, type RememberedProfile } from './insight-memory.ts';
import { emptyStats } from './stats.ts';
import { NO_TOKEN } from './stats.store.ts';

const kept = (days = 1): RememberedProfile => {
  const stats = emptyStats();
  for (let day = 0; day < days; day += 1) stats.days.set(day, { orders: 1, gross: 1n, returned: 0n });
  return { stats, members: [], score: undefined };
};

describe('InsightMemory', () => {
  it('hands a profile out once, and only to whom reads its token', () => {
    const memory = new InsightMemory();
    const [first, second] = [memory.newToken(), memory.newToken()];
    memory.keep('p', kept(), first);
    expect(memory.tokenOf('p')).toBe(first);
    expect(memory.take('p', first)?.stats.days.size).toBe(1);
    expect(memory.tokenOf('p')).toBeUndefined();
    expect(memory.take('p', first)).toBeUndefined();
    memory.keep('q', kept(), first);
    expect(memory.take('q', second)).toBeUndefined();
    expect(memory.take('q', first)).toBeUndefined();
    memory.keep('r', kept(), first);
    expect(memory.take('r', NO_TOKEN)).toBeUndefined();
  });

  it('forgets everything with the epoch', () => {
    const memory = new InsightMemory();
    const token = memory.newToken();
    memory.enter(1);
    memory.keep('p', kept(), token);
    memory.enter(1);
    expect(memory.tokenOf('p')).toBe(token);
    memory.enter(2);
    expect(memory.take('p', token)).toBeUndefined();
  });

  it('keeps what was written again, by number and by size; a profile too large for it is not kept', () => {
    const memory = new InsightMemory({ profiles: 3, parts: 12 });
    const token = memory.newToken();
    const known = (): string[] => [...'abcdef'].filter((name) => memory.tokenOf(name) !== undefined);
    for (const name of ['a', 'b', 'c', 'd']) memory.keep(name, kept(), token);
    expect(known()).toEqual(['b', 'c', 'd']);
    memory.keep('b', kept(), token);
    memory.keep('e', kept(), token);
    expect(known()).toEqual(['b', 'd', 'e']);
    memory.keep('f', kept(7), token);
    expect(known()).toEqual(['b', 'e', 'f']);
    // b had its second chance then, so that e is the oldest now: f, one day longer where it stands, pushes it out.
    memory.keep('f', kept(8), token);
    expect(known()).toEqual(['b', 'f']);
    memory.keep('f', kept(12), token);
    expect(known()).toEqual(['b']);
    memory.keep('a', kept(9), token);
    expect(known()).toEqual(['a', 'b']);
  });

  it('a profile that a batch holds is nobody else’s until it is kept again', () => {
    const memory = new InsightMemory();
    const [first, second] = [memory.newToken(), memory.newToken()];
    memory.keep('p', kept(), first);
    const held = memory.take('p', first);
    expect(memory.tokenOf('p')).toBeUndefined();
    expect(memory.take('p', first)).toBeUndefined();
    memory.keep('p', held ?? kept(), second);
    expect(memory.take('p', first)).toBeUndefined();
    memory.keep('p', kept(2), second);
    expect(memory.take('p', second)?.stats.days.size).toBe(2);
  });
});
