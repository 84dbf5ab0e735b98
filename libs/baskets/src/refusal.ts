/** Why a function of this lib gives no answer: the field and what is wrong with it. */
export interface BasketRefusal {
  readonly refused: 'bad-value' | 'ragged-columns' | 'no-baskets' | 'too-many-sets' | 'no-variation';
  readonly field: string;
  readonly detail: string;
}

/** Refuses a number that is not inside a range, or undefined when it is. NaN is inside none. */
export function outside(field: string, value: number, low: number, high: number, open = false): BasketRefusal | undefined {
  const inside = open ? value > low && value < high : value >= low && value <= high;
  return inside
    ? undefined
    : { refused: 'bad-value', field, detail: `${value} is not ${open ? 'between' : 'from'} ${low} ${open ? 'and' : 'to'} ${high}` };
}

/** Refuses numbers that have left double precision on the way, blaming `field`; undefined when all are finite. */
export function beyondDouble(field: string, ...numbers: readonly number[]): BasketRefusal | undefined {
  return numbers.every(Number.isFinite)
    ? undefined
    : { refused: 'bad-value', field, detail: `at this ${field} the answer exceeds double precision` };
}
