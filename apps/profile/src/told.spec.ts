import { describe, expect, it } from '@jest/globals';
import { ToldCounts, type Told } from './told.ts';

describe('ToldCounts', () => {
  it('goes on where each topic of a profile stood, and begins at 1', () => {
    const began = new Map<string, Told>([['p', { activity: 7n, identity: 0n, profile: 3n }]]);
    const told = new ToldCounts((id) => began.get(id));
    expect([told.next('activity', 'p'), told.next('activity', 'p'), told.next('profile', 'p'), told.next('identity', 'q')]).toEqual([
      8n,
      9n,
      4n,
      1n,
    ]);
    expect(told.of('p')).toEqual({ activity: 9n, identity: 0n, profile: 4n });
    expect(told.of('never named')).toEqual({ activity: 0n, identity: 0n, profile: 0n });
    expect([...told.profiles]).toEqual(['p', 'q']);
    expect(began.get('p')).toEqual({ activity: 7n, identity: 0n, profile: 3n });
  });
});
