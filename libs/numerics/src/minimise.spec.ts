import { describe, expect, it } from '@jest/globals';
import { DomainError } from './domain-error.ts';
import { invertHessian, numericHessian } from './hessian.ts';
import { minimise } from './minimise.ts';
import { nelderMead } from './nelder-mead.ts';

const rosenbrock = (x: readonly number[]): number => 100 * ((x[1] as number) - (x[0] as number) ** 2) ** 2 + (1 - (x[0] as number)) ** 2;
const slope = (x: readonly number[]): number[] => {
  const [a, b] = x as [number, number];
  return [-400 * a * (b - a * a) - 2 * (1 - a), 200 * (b - a * a)];
};
/** Moré, Garbow & Hillstrom (1981) problem 13, Powell's singular function: minimum 0 at the origin with a singular Hessian. */
const powell = (x: readonly number[]): number => {
  const [a, b, c, d] = x as [number, number, number, number];
  return (a + 10 * b) ** 2 + 5 * (c - d) ** 2 + (b - 2 * c) ** 4 + 10 * (a - d) ** 4;
};

describe('minimise', () => {
  it('finds Rosenbrock’s minimum (1, 1) with and without the gradient', () => {
    for (const gradient of [slope, undefined]) {
      const found = minimise({ f: rosenbrock, gradient, start: [-1.2, 1] });
      expect(found.converged).toBe(true);
      expect(Math.abs((found.x[0] as number) - 1)).toBeLessThan(1e-6);
      expect(Math.abs((found.x[1] as number) - 1)).toBeLessThan(1e-6);
    }
  });

  it('stops at a bound that holds it: Rosenbrock with x ≤ ½ has its minimum at (½, ¼)', () => {
    const found = minimise({ f: rosenbrock, gradient: slope, start: [-1.2, 1], upper: [0.5, 2] });
    expect(found.converged).toBe(true);
    expect(found.x[0]).toBe(0.5);
    expect(found.x[1]).toBeCloseTo(0.25, 8);
  });

  it('reaches Powell’s singular minimum (Moré, Garbow & Hillstrom 1981, problem 13)', () => {
    expect(minimise({ f: powell, start: [3, -1, 0, 1], gradientTolerance: 1e-7 }).value).toBeLessThan(1e-8);
  });

  it('walks back from where f is not finite', () => {
    const found = minimise({ f: (x) => (x[0] as number) - Math.log(x[0] as number), start: [20] });
    expect(found.x[0]).toBeCloseTo(1, 6);
  });

  it('says so when it was cut short', () => {
    expect(minimise({ f: rosenbrock, gradient: slope, start: [-1.2, 1], maxIterations: 3 })).toMatchObject({
      converged: false,
      iterations: 3,
    });
  });

  it('refuses a start that is NaN, an empty box, and an f that is not finite there', () => {
    expect(() => minimise({ f: rosenbrock, start: [NaN, 1] })).toThrow(/start\[0\]/);
    expect(() => minimise({ f: rosenbrock, start: [0, 0], lower: [1, 0], upper: [0, 1] })).toThrow(DomainError);
    expect(() => minimise({ f: () => NaN, start: [0] })).toThrow(/f\(start\)/);
  });
});

describe('nelderMead', () => {
  it('finds Rosenbrock’s and Powell’s minima without a gradient', () => {
    const found = nelderMead({ f: rosenbrock, start: [-1.2, 1], maxEvaluations: 4000, valueTolerance: 1e-14 });
    expect(found.value).toBeLessThan(1e-15);
    expect(nelderMead({ f: powell, start: [3, -1, 0, 1], maxEvaluations: 4000 }).value).toBeLessThan(1e-8);
  });

  it('stays in its box', () => {
    const found = nelderMead({ f: (x) => (x[0] as number) + (x[1] as number), start: [1, 1], lower: [0.25, -0.5], maxEvaluations: 1000 });
    expect(found.x[0]).toBeCloseTo(0.25, 6);
    expect(found.x[1]).toBeCloseTo(-0.5, 6);
    expect(found.converged).toBe(true);
  });
});

describe('hessian', () => {
  it('is Rosenbrock’s at (1, 1): [[802, −400], [−400, 200]], by either difference', () => {
    for (const gradient of [slope, undefined]) {
      const hessian = numericHessian(rosenbrock, [1, 1], gradient);
      expect(hessian.flat().map((value) => Math.round(value * 100) / 100)).toEqual([802, -400, -400, 200]);
    }
  });

  it('inverts to the covariance (Σ of a normal log-density) and gives nothing at a saddle', () => {
    const quadratic = (x: readonly number[]) =>
      0.5 * (2 * (x[0] as number) ** 2 + 2 * (x[0] as number) * (x[1] as number) + 3 * (x[1] as number) ** 2);
    const inverse = invertHessian(quadratic, [0.3, -0.2]) as number[][];
    expect(inverse[0]?.[0]).toBeCloseTo(3 / 5, 5);
    expect(inverse[0]?.[1]).toBeCloseTo(-1 / 5, 5);
    expect(invertHessian((x) => (x[0] as number) ** 2 - (x[1] as number) ** 2, [0, 0])).toBeUndefined();
  });
});
