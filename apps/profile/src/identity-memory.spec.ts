import { describe, expect, it } from '@jest/globals';
import { IdentityMemory, MEMORY_LIMITS, NO_TOKEN } from './identity-memory.ts';
import type { StoredNode } from './stored-rows.ts';
import { NOTHING_TOLD } from './told.ts';

const node = (name: string, profileId: string): StoredNode => ({
  node: name,
  kind: 'email',
  scope: '',
  display: '',
  firstSeen: 1,
  profileId,
  shared: false,
  state: null,
});
const kept = (profileId: string, members = 1): Parameters<IdentityMemory['keepProfile']>[0] => ({
  profileId,
  since: 1,
  mergedInto: null,
  mergedFrom: [],
  told: NOTHING_TOLD,
  nodes: Array.from({ length: members }, (_, index) => node(`${profileId}${index}`, profileId)),
  edges: [{ from: `${profileId}0`, to: `${profileId}-mail`, seenAt: 5 }],
});

describe('IdentityMemory', () => {
  it('hands a profile out once, and only to whom reads its token', () => {
    const memory = new IdentityMemory();
    const [first, second] = [memory.newToken(), memory.newToken()];
    memory.keepProfile(kept('p'), first);
    expect(memory.tokenOf('p')).toBe(first);
    expect(memory.takeProfile('p', first)?.nodes).toHaveLength(1);
    expect(memory.tokenOf('p')).toBeUndefined();
    expect(memory.takeProfile('p', first)).toBeUndefined();
    memory.keepProfile(kept('q'), first);
    expect(memory.takeProfile('q', second)).toBeUndefined();
    expect(memory.takeProfile('q', first)).toBeUndefined();
    memory.keepProfile(kept('r'), first);
    expect(memory.takeProfile('r', NO_TOKEN)).toBeUndefined();
  });

  it('gives tokens that no other memory gives, positive ones that a bigint column holds', () => {
    const tokens = Array.from({ length: 50 }, () => new IdentityMemory()).flatMap((memory) => [memory.newToken(), memory.newToken()]);
    expect(new Set(tokens).size).toBe(100);
    for (const token of tokens) expect(token > 0n && token < 2n ** 63n).toBe(true);
  });

  it('forgets everything with the epoch', () => {
    const memory = new IdentityMemory();
    const token = memory.newToken();
    memory.enter(1);
    memory.keepProfile(kept('p'), token);
    memory.enter(1);
    expect(memory.tokenOf('p')).toBe(token);
    memory.enter(2);
    expect(memory.tokenOf('p')).toBeUndefined();
    expect(memory.takeProfile('p', token)).toBeUndefined();
  });

  it('keeps what was used last, by number and by size; a profile too large for it is not kept', () => {
    const memory = new IdentityMemory({ ...MEMORY_LIMITS, profiles: 3, parts: 12 });
    const token = memory.newToken();
    for (const name of ['a', 'b', 'c', 'd']) memory.keepProfile(kept(name), token);
    expect(memory.takeProfile('a', token)).toBeUndefined();
    expect(memory.takeProfile('d', token)).toBeDefined();
    memory.keepProfile(kept('large', 9), token);
    expect(memory.takeProfile('b', token)).toBeUndefined();
    expect(memory.takeProfile('c', token)).toBeDefined();
    expect(memory.takeProfile('large', token)).toBeDefined();
    memory.keepProfile(kept('huge', 12), token);
    expect(memory.takeProfile('huge', token)).toBeUndefined();
  });
});
