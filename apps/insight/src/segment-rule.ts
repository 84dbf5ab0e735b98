import { z } from 'zod';

/** Facts a rule may name. */
export const factNames = [
  'orders',
  'purchaseDays',
  'recencyDays',
  'gross',
  'returned',
  'net',
  'returnRate',
  'complaints',
  'lowestScore',
  'r',
  'f',
  'm',
  'abcClass',
  'pAlive',
  'expectedPurchases',
  'lifetimeValue',
] as const;
export type FactName = (typeof factNames)[number];

/** The values a rule is evaluated on; a fact that is not known makes its comparison false. */
export type RuleFacts = Readonly<Partial<Record<FactName, number | string | undefined>>>;

const comparison = z
  .strictObject({
    fact: z.enum(factNames),
    atLeast: z.number().optional(),
    atMost: z.number().optional(),
    above: z.number().optional(),
    below: z.number().optional(),
    is: z.union([z.number(), z.string()]).optional(),
  })
  .refine((value) => Object.keys(value).length === 2, 'a comparison has a fact and exactly one of atLeast, atMost, above, below, is');

const condition: z.ZodType<Condition> = z.lazy(() =>
  z.union([
    comparison,
    z.strictObject({ all: z.array(condition).min(1) }),
    z.strictObject({ any: z.array(condition).min(1) }),
    z.strictObject({ not: condition }),
  ]),
) as z.ZodType<Condition>;

/** A comparison of one fact, or a combination of conditions. No code, no free text. */
export type Condition =
  | {
      readonly fact: FactName;
      readonly atLeast?: number;
      readonly atMost?: number;
      readonly above?: number;
      readonly below?: number;
      readonly is?: number | string;
    }
  | { readonly all: readonly Condition[] }
  | { readonly any: readonly Condition[] }
  | { readonly not: Condition };

/** A segment as its file says it. */
export interface SegmentRule {
  readonly name: string;
  readonly version: number;
  readonly title: string;
  readonly description: string;
  readonly when: Condition;
}

/** Schema of a segment file. */
export const segmentRuleSchema: z.ZodType<SegmentRule> = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{1,60}$/),
  version: z.number().int().positive(),
  title: z.string(),
  description: z.string(),
  when: condition,
});

/** Whether a customer belongs. Asked of every rule for every changed customer; {@link evaluate} says the same, and why. */
export function holds(rule: Condition, facts: RuleFacts): boolean {
  if ('fact' in rule) return satisfies(rule, facts[rule.fact]);
  if ('all' in rule) {
    for (const part of rule.all) if (!holds(part, facts)) return false;
    return true;
  }
  if ('not' in rule) return !holds(rule.not, facts);
  for (const part of rule.any) if (holds(part, facts)) return true;
  return false;
}

/** Whether a customer belongs, and the comparisons that decided it, in words: `purchaseDays 3 >= 2`. */
export function evaluate(rule: Condition, facts: RuleFacts): { readonly holds: boolean; readonly because: readonly string[] } {
  if ('all' in rule) {
    const parts = rule.all.map((part) => evaluate(part, facts));
    const failed = parts.find((part) => !part.holds);
    return failed ?? { holds: true, because: parts.flatMap((part) => part.because) };
  }
  if ('any' in rule) {
    const parts = rule.any.map((part) => evaluate(part, facts));
    return parts.find((part) => part.holds) ?? { holds: false, because: parts.flatMap((part) => part.because) };
  }
  if ('not' in rule) {
    const part = evaluate(rule.not, facts);
    return { holds: !part.holds, because: part.because };
  }
  const value = facts[rule.fact];
  if (value === undefined) return { holds: false, because: [`${rule.fact} is not known`] };
  const shown = typeof value === 'number' ? Number(value.toPrecision(6)) : value;
  const belongs = satisfies(rule, value);
  return { holds: belongs, because: [`${rule.fact} ${shown} ${belongs ? '' : 'not '}${limitOf(rule)}`] };
}

type Comparison = Extract<Condition, { fact: FactName }>;

function satisfies(rule: Comparison, value: number | string | undefined): boolean {
  if (value === undefined) return false;
  if (rule.atLeast !== undefined) return Number(value) >= rule.atLeast;
  if (rule.atMost !== undefined) return Number(value) <= rule.atMost;
  if (rule.above !== undefined) return Number(value) > rule.above;
  if (rule.below !== undefined) return Number(value) < rule.below;
  return value === rule.is;
}

function limitOf({ atLeast, atMost, above, below, is = '' }: Comparison): string {
  if (atLeast !== undefined) return `>= ${atLeast}`;
  if (atMost !== undefined) return `<= ${atMost}`;
  if (above !== undefined) return `> ${above}`;
  return below === undefined ? `= ${is}` : `< ${below}`;
}

/** The facts that a rule looks at, each once. */
export function factsOf(rule: Condition): FactName[] {
  if ('all' in rule) return [...new Set(rule.all.flatMap(factsOf))];
  if ('any' in rule) return [...new Set(rule.any.flatMap(factsOf))];
  return 'not' in rule ? factsOf(rule.not) : [rule.fact];
}
