import { describe, expect, it } from '@jest/globals';
import { TransactionTokens } from './transaction-tokens.ts';

describe('TransactionTokens', () => {
  it('rise by one, never repeat, are no zero, and fit a bigint column', () => {
    const [one, two] = [new TransactionTokens(), new TransactionTokens()];
    const seen = new Set<bigint>();
    let last = 0n;
    for (let n = 0; n < 1_000; n += 1) {
      const token = one.next();
      if (n > 0) expect(token).toBe(last + 1n);
      last = token;
      for (const drawn of [token, two.next()]) {
        expect(drawn).toBeGreaterThan(0n);
        expect(drawn).toBeLessThan(2n ** 63n);
        seen.add(drawn);
      }
    }
    expect(seen.size).toBe(2_000);
  });
});
