import { describe, expect, it } from '@jest/globals';
import { NotedMemory } from './noted-memory.ts';

const tea = { sku: 'tea', location: 'shop' };
const remembering = (): NotedMemory => {
  const memory = new NotedMemory();
  memory.enter(1);
  memory.follow('00000001');
  memory.begin().keep('00000001', 7n, [tea], [3]);
  return memory;
};

describe('NotedMemory', () => {
  it('knows what was committed under the look, and no other series, look or day', () => {
    const memory = remembering();
    expect([memory.hasSeries(7n, tea), memory.hasDay(3)]).toEqual([true, true]);
    expect([memory.hasSeries(8n, tea), memory.hasSeries(7n, { ...tea, location: 'web' }), memory.hasDay(4)]).toEqual([false, false, false]);
  });

  it('forgets everything on another timeline of the database: a failover may have lost the commit', () => {
    const memory = remembering();
    memory.follow('00000001');
    expect(memory.hasSeries(7n, tea)).toBe(true);
    memory.follow('00000002');
    expect([memory.hasSeries(7n, tea), memory.hasDay(3)]).toEqual([false, false]);
  });

  it('keeps nothing of a batch that began on another timeline or in another epoch', () => {
    const memory = remembering();
    const before = memory.begin();
    memory.follow('00000002');
    before.keep('00000001', 7n, [tea], [3]);
    expect(memory.hasSeries(7n, tea)).toBe(false);
    const late = memory.begin();
    memory.enter(2);
    late.keep('00000002', 7n, [tea], [3]);
    expect(memory.hasSeries(7n, tea)).toBe(false);
  });

  it('forgets the series of a look that is over, and takes none of it', () => {
    const memory = remembering();
    memory.begin().keep('00000001', 8n, [{ sku: 'cup', location: 'shop' }], []);
    expect([memory.hasSeries(7n, tea), memory.hasSeries(8n, tea)]).toEqual([false, false]);
    memory.begin().keep('00000001', 7n, [tea], []);
    expect(memory.hasSeries(7n, tea)).toBe(false);
  });
});
