/** Why a function would not answer. A closed list: a caller may switch over it. */
export type RefusalReason =
  | 'empty'
  | 'length-mismatch'
  | 'not-finite'
  | 'negative'
  | 'not-positive'
  | 'not-whole'
  | 'out-of-range'
  | 'inconsistent'
  | 'unknown-unit'
  | 'unknown-model'
  | 'no-repeat-buyers'
  | 'no-variation'
  | 'infinite-mean'
  | 'no-optimum';

/** An expected "no": the field at fault, a reason to switch on, a sentence for people, and the row (from 0) where there is one. */
export interface Refusal {
  readonly refused: true;
  readonly field: string;
  readonly reason: RefusalReason;
  readonly detail: string;
  readonly index?: number;
}

/** Builds a {@link Refusal}. */
export const refuse = (field: string, reason: RefusalReason, detail: string, index?: number): Refusal =>
  index === undefined ? { refused: true, field, reason, detail } : { refused: true, field, reason, detail, index };

/** Whether an answer is a {@link Refusal}. */
export const isRefusal = (answer: unknown): answer is Refusal =>
  typeof answer === 'object' && answer !== null && 'refused' in answer && answer.refused === true;

/** A list of numbers: a plain array or any typed array. */
export type Numbers = ArrayLike<number>;

/** What {@link checkNumbers} asks of every entry. */
export type NumberRule = 'finite' | 'non-negative' | 'positive' | 'count';

const broken = (value: number, rule: NumberRule): RefusalReason | undefined => {
  if (!Number.isFinite(value)) return 'not-finite';
  if (rule === 'finite') return undefined;
  if (value < 0) return 'negative';
  if (rule === 'positive' && value === 0) return 'not-positive';
  return rule === 'count' && !Number.isSafeInteger(value) ? 'not-whole' : undefined;
};

const wanted: Record<NumberRule, string> = {
  finite: 'a finite number',
  'non-negative': 'a finite number, 0 or above',
  positive: 'a finite number above 0',
  count: 'a whole number, 0 or above',
};

/** The refusal of one number, or nothing. */
export const checkNumber = (field: string, value: number, rule: NumberRule, index?: number): Refusal | undefined => {
  const reason = broken(value, rule);
  return (
    reason &&
    refuse(field, reason, `${field}${index === undefined ? '' : `[${index}]`} must be ${wanted[rule]}, got ${String(value)}`, index)
  );
};

/** The refusal of the first bad entry of a list, or nothing. Lists must have `length` entries when it is given. */
export const checkNumbers = (field: string, values: Numbers, rule: NumberRule, length = values.length): Refusal | undefined => {
  if (values.length !== length) return refuse(field, 'length-mismatch', `${field} has ${values.length} entries, ${length} were expected`);
  for (let i = 0; i < length; i += 1) {
    const value = values[i] as number;
    if (broken(value, rule) !== undefined) return checkNumber(field, value, rule, i);
  }
  return undefined;
};

/** The refusal of finite entries whose sizes together leave double precision, so that no sum of some of them can; or nothing. */
export const checkSum = (field: string, values: Numbers): Refusal | undefined => {
  let sum = 0;
  for (let i = 0; i < values.length; i += 1) sum += Math.abs(values[i] as number);
  return sum === Infinity ? refuse(field, 'out-of-range', `${field} together exceed double precision`) : undefined;
};

/** A computed number, or a refusal that blames `field` when it has left double precision. */
export const finiteNumber = (field: string, value: number): number | Refusal =>
  Number.isFinite(value) ? value : refuse(field, 'out-of-range', `at this ${field} the answer exceeds double precision`);
