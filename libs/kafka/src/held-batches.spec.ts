import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { HeldBatches, type HeldAmount } from './held-batches.ts';

const amount = fc.record({ events: fc.nat(60), bytes: fc.nat(600) });

describe('HeldBatches', () => {
  it('stands still exactly from the first amount beyond a limit until half of both is free', () => {
    fc.assert(
      fc.property(fc.array(fc.tuple(fc.boolean(), amount), { maxLength: 60 }), (steps) => {
        const held = new HeldBatches({ events: 100, bytes: 1_000 });
        const inHand: HeldAmount[] = [];
        let still = false;
        for (const [takes, next] of steps) {
          const oldest = inHand[0];
          if (takes) {
            inHand.push(next);
            const turned = held.take(next);
            const sum = total(inHand);
            const beyond = sum.events > 100 || sum.bytes > 1_000;
            expect(turned).toBe(!still && beyond);
            still ||= beyond;
          } else if (oldest !== undefined) {
            inHand.shift();
            const turned = held.release(oldest);
            const sum = total(inHand);
            const low = sum.events <= 50 && sum.bytes <= 500;
            expect(turned).toBe(still && low);
            still &&= !low;
          }
          expect(held.isFull).toBe(still);
          expect(held.amount).toEqual(total(inHand));
        }
        for (const left of inHand) held.release(left);
        expect(held.isFull).toBe(false);
      }),
    );
  });
});

const total = (amounts: readonly HeldAmount[]): HeldAmount =>
  amounts.reduce((sum, next) => ({ events: sum.events + next.events, bytes: sum.bytes + next.bytes }), { events: 0, bytes: 0 });
