import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { classifyDemand } from './classify-demand.ts';

describe('classifyDemand', () => {
  it.each([
    { name: 'smooth', values: [5, 6, 5, 4, 5], adi: 1, cv2: 0.5 / 25 },
    { name: 'erratic', values: [1, 20, 1, 20], adi: 1, cv2: (4 * 9.5 ** 2) / 3 / 10.5 ** 2 },
    { name: 'intermittent', values: [0, 3, 0, 3], adi: 2, cv2: 0 },
    { name: 'lumpy', values: [0, 1, 0, 20], adi: 2, cv2: (2 * 9.5 ** 2) / 10.5 ** 2 },
    { name: 'intermittent', values: [0, 0, 7], adi: 3, cv2: 0 },
  ])('$name by the cut-offs of Syntetos, Boylan and Croston (2005): 1.32 and 0.49', ({ name, values, adi, cv2 }) => {
    const result = classifyDemand(values);
    expect(result).toMatchObject({ class: name, adi });
    expect(result.refused ? undefined : result.cv2).toBeCloseTo(cv2, 12);
  });

  it('no demand, nothing and NaN have their own answers', () => {
    expect(classifyDemand([0, 0])).toEqual({ class: 'no-demand', adi: Number.POSITIVE_INFINITY, cv2: 0 });
    expect(classifyDemand([]).refused).toMatchObject({ code: 'empty' });
    expect(classifyDemand([1, Number.NaN]).refused).toMatchObject({ field: 'values[1]' });
  });

  it('does not depend on the unit, even an extreme one', () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 0, max: 50 }), { minLength: 1, maxLength: 30 }),
        fc.constantFrom(1e-300, 1e-9, 1e12, 1e300),
        (values, unit) => {
          const base = classifyDemand(values);
          const other = classifyDemand(values.map((value) => value * unit));
          if (base.refused || other.refused) return false;
          return base.class === other.class && base.adi === other.adi && Math.abs(base.cv2 - other.cv2) < 1e-9;
        },
      ),
    );
  });
});
