import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { DomainError } from './domain-error.ts';
import { cholesky, choleskySolve, invertPositiveDefinite, leastSquares, solve } from './linear-algebra.ts';

const times = (a: readonly (readonly number[])[], x: readonly number[]): number[] =>
  a.map((row) => row.reduce((sum, v, j) => sum + v * (x[j] as number), 0));
const entry = fc.double({ min: -3, max: 3, noNaN: true });

describe('linear algebra', () => {
  it('factors [[4, 12, −16], [12, 37, −43], [−16, −43, 98]] into the textbook triangle', () => {
    expect(
      cholesky([
        [4, 12, -16],
        [12, 37, -43],
        [-16, -43, 98],
      ]),
    ).toEqual([
      [2, 0, 0],
      [6, 1, 0],
      [-8, 5, 3],
    ]);
  });

  it('gives nothing for a matrix that is not positive definite', () => {
    expect(
      cholesky([
        [1, 2],
        [2, 1],
      ]),
    ).toBeUndefined();
    expect(
      invertPositiveDefinite([
        [1, 1],
        [1, 1],
      ]),
    ).toBeUndefined();
    expect(
      solve(
        [
          [1, 2],
          [2, 4],
        ],
        [1, 2],
      ),
    ).toBeUndefined();
  });

  it('solves what it multiplies: A Aᵀ + I by Cholesky, A + 5 I by elimination', () => {
    const matrix = fc.array(fc.array(entry, { minLength: 4, maxLength: 4 }), { minLength: 4, maxLength: 4 });
    fc.assert(
      fc.property(matrix, fc.array(entry, { minLength: 4, maxLength: 4 }), (a, x) => {
        const definite = a.map((row, i) => a.map((other, j) => row.reduce((sum, v, k) => sum + v * (other[k] as number), Number(i === j))));
        const back = choleskySolve(cholesky(definite) as number[][], times(definite, x));
        const shifted = a.map((row, i) => row.map((v, j) => v + (i === j ? 20 : 0)));
        const again = solve(shifted, times(shifted, x)) as number[];
        return x.every((v, i) => Math.abs(v - (back[i] as number)) < 1e-9 && Math.abs(v - (again[i] as number)) < 1e-9);
      }),
    );
  });

  it('least squares gives the Longley-like line and nothing for dependent columns', () => {
    // NIST StRD "Norris" shape in small: y = 1 + 2x exactly, then with a residual orthogonal to the design.
    const design = [0, 1, 2, 3].map((x) => [1, x]);
    const exact = leastSquares(design, [1, 3, 5, 7]) as number[];
    expect(exact[0]).toBeCloseTo(1, 12);
    expect(exact[1]).toBeCloseTo(2, 12);
    const bent = leastSquares(design, [2, 2, 4, 8]) as number[];
    expect(bent[0]).toBeCloseTo(1, 12);
    expect(bent[1]).toBeCloseTo(2, 12);
    expect(
      leastSquares(
        design.map(([one, x]) => [one as number, x as number, 2 * (x as number)]),
        [1, 2, 3, 4],
      ),
    ).toBeUndefined();
    expect(leastSquares([[1, 2]], [1])).toBeUndefined();
  });

  it('refuses shapes that do not fit', () => {
    expect(() => cholesky([[1, 2]])).toThrow(DomainError);
    expect(() => solve([[1]], [1, 2])).toThrow(/right/);
  });
});
