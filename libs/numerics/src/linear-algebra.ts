import { DomainError } from './domain-error.ts';

/** A dense matrix by rows. */
export type Matrix = readonly (readonly number[])[];

const at = (matrix: Matrix, i: number, j: number): number => matrix[i]?.[j] as number;

const requireSquare = (where: string, matrix: Matrix): void => {
  for (const row of matrix) {
    if (row.length !== matrix.length) throw new DomainError(where, 'matrix', `${matrix.length} × ${row.length}`, 'square');
  }
};

/**
 * The lower triangle L with L Lᵀ = matrix (Golub & Van Loan, algorithm 4.2.1), or nothing when the symmetric matrix is not
 * positive definite to working precision. Only the lower triangle is read.
 */
export const cholesky = (matrix: Matrix): number[][] | undefined => {
  requireSquare('cholesky', matrix);
  const n = matrix.length;
  const lower = Array.from({ length: n }, () => new Array<number>(n).fill(0));
  for (let j = 0; j < n; j += 1) {
    let diagonal = at(matrix, j, j);
    for (let k = 0; k < j; k += 1) diagonal -= at(lower, j, k) ** 2;
    if (!(diagonal > 1e-15 * Math.abs(at(matrix, j, j))) || diagonal === Infinity) return undefined;
    const root = Math.sqrt(diagonal);
    (lower[j] as number[])[j] = root;
    for (let i = j + 1; i < n; i += 1) {
      let sum = at(matrix, i, j);
      for (let k = 0; k < j; k += 1) sum -= at(lower, i, k) * at(lower, j, k);
      (lower[i] as number[])[j] = sum / root;
    }
  }
  return lower;
};

/** x with L Lᵀ x = right, from a factor of {@link cholesky}. */
export const choleskySolve = (lower: Matrix, right: readonly number[]): number[] => {
  const n = lower.length;
  if (right.length !== n) throw new DomainError('choleskySolve', 'right', right.length, `of length ${n}`);
  const x = [...right];
  for (let i = 0; i < n; i += 1) {
    for (let k = 0; k < i; k += 1) x[i] = (x[i] as number) - at(lower, i, k) * (x[k] as number);
    x[i] = (x[i] as number) / at(lower, i, i);
  }
  for (let i = n - 1; i >= 0; i -= 1) {
    for (let k = i + 1; k < n; k += 1) x[i] = (x[i] as number) - at(lower, k, i) * (x[k] as number);
    x[i] = (x[i] as number) / at(lower, i, i);
  }
  return x;
};

/** The inverse of a symmetric positive definite matrix, or nothing when it is not one. */
export const invertPositiveDefinite = (matrix: Matrix): number[][] | undefined => {
  const lower = cholesky(matrix);
  if (lower === undefined) return undefined;
  return lower.map((_, i) =>
    choleskySolve(
      lower,
      lower.map((__, j) => Number(i === j)),
    ),
  );
};

/** x with matrix · x = right for any square matrix: elimination with partial pivoting; nothing when it is singular. */
export const solve = (matrix: Matrix, right: readonly number[]): number[] | undefined => {
  requireSquare('solve', matrix);
  const n = matrix.length;
  if (right.length !== n) throw new DomainError('solve', 'right', right.length, `of length ${n}`);
  const rows = matrix.map((row, i) => [...row, right[i] as number]);
  const size = Math.max(...matrix.flat().map(Math.abs), 0);
  for (let j = 0; j < n; j += 1) {
    let pivot = j;
    for (let i = j + 1; i < n; i += 1) if (Math.abs(at(rows, i, j)) > Math.abs(at(rows, pivot, j))) pivot = i;
    if (!(Math.abs(at(rows, pivot, j)) > size * n * 1e-16)) return undefined;
    const top = rows[pivot] as number[];
    rows[pivot] = rows[j] as number[];
    rows[j] = top;
    for (let i = j + 1; i < n; i += 1) {
      const row = rows[i] as number[];
      const factor = (row[j] as number) / (top[j] as number);
      for (let k = j; k <= n; k += 1) row[k] = (row[k] as number) - factor * (top[k] as number);
    }
  }
  const x = new Array<number>(n).fill(0);
  for (let i = n - 1; i >= 0; i -= 1) {
    let sum = at(rows, i, n);
    for (let k = i + 1; k < n; k += 1) sum -= at(rows, i, k) * (x[k] as number);
    x[i] = sum / at(rows, i, i);
  }
  return x;
};

/**
 * Least squares by Householder QR (Golub & Van Loan, 5.3.2): the coefficients that minimise |design · x − response|².
 * `design` has one row an observation. Nothing is returned when its columns are linearly dependent or there are too few rows.
 */
export const leastSquares = (design: Matrix, response: readonly number[]): number[] | undefined => {
  const rows = design.length;
  const columns = design[0]?.length ?? 0;
  if (response.length !== rows) throw new DomainError('leastSquares', 'response', response.length, `of length ${rows}`);
  if (columns === 0 || rows < columns) return undefined;
  const a = design.map((row) => Float64Array.from(row));
  const b = Float64Array.from(response);
  const cell = (i: number, j: number) => (a[i] as Float64Array)[j] as number;
  const norms = Array.from({ length: columns }, (_, j) => Math.sqrt(a.reduce((sum, row) => sum + (row[j] as number) ** 2, 0)));
  for (let j = 0; j < columns; j += 1) {
    let norm = 0;
    for (let i = j; i < rows; i += 1) norm += cell(i, j) ** 2;
    norm = Math.sqrt(norm);
    if (!(norm > 1e-12 * (norms[j] as number))) return undefined;
    const head = cell(j, j) > 0 ? -norm : norm;
    const v = Float64Array.from({ length: rows - j }, (_, i) => cell(i + j, j));
    v[0] = (v[0] as number) - head;
    const scale = v.reduce((sum, value) => sum + value * value, 0);
    const reflect = (read: (i: number) => number, write: (i: number, value: number) => void) => {
      let dot = 0;
      for (let i = j; i < rows; i += 1) dot += (v[i - j] as number) * read(i);
      const factor = (2 * dot) / scale;
      for (let i = j; i < rows; i += 1) write(i, read(i) - factor * (v[i - j] as number));
    };
    for (let k = j; k < columns; k += 1) {
      reflect(
        (i) => cell(i, k),
        (i, value) => ((a[i] as Float64Array)[k] = value),
      );
    }
    reflect(
      (i) => b[i] as number,
      (i, value) => (b[i] = value),
    );
  }
  const x = new Array<number>(columns).fill(0);
  for (let i = columns - 1; i >= 0; i -= 1) {
    let sum = b[i] as number;
    for (let k = i + 1; k < columns; k += 1) sum -= cell(i, k) * (x[k] as number);
    x[i] = sum / cell(i, i);
  }
  return x;
};
