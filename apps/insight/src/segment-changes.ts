import type { SegmentFact } from '@tributary/contracts';
import { evaluate, factsOf, holds, type RuleFacts, type SegmentRule } from './segment-rule.ts';

/** A membership in force. */
export interface Membership {
  readonly segment: string;
  readonly version: number;
}

/** A customer enters or leaves a segment. */
export interface SegmentStep {
  readonly change: 'ENTERED' | 'LEFT';
  readonly segment: string;
  readonly version: number;
  readonly reason: string;
  readonly facts: readonly SegmentFact[];
}

/** Compares what the rules say with the memberships in force. A rule's new version alone is no change of membership. */
export function segmentChanges(rules: readonly SegmentRule[], facts: RuleFacts, members: readonly Membership[]): SegmentStep[] {
  const steps: SegmentStep[] = [];
  for (const rule of rules) {
    const belongs = holds(rule.when, facts);
    // Why, and on what facts, is put together only when it is to be told: most customers stay where they are.
    if (belongs !== isIn(members, rule.name))
      steps.push({
        change: belongs ? 'ENTERED' : 'LEFT',
        segment: rule.name,
        version: rule.version,
        reason: evaluate(rule.when, facts).because.join(', '),
        facts: shown(rule, facts),
      });
  }
  for (const { segment, version } of members)
    if (!rules.some((rule) => rule.name === segment))
      steps.push({ change: 'LEFT', segment, version, reason: 'the segment was retired', facts: [] });
  return steps;
}

function isIn(members: readonly Membership[], segment: string): boolean {
  for (const member of members) if (member.segment === segment) return true;
  return false;
}

/** The memberships in force after steps were taken. */
export function afterSteps(members: readonly Membership[], steps: readonly SegmentStep[]): readonly Membership[] {
  if (steps.length === 0) return members;
  const stepped = new Set(steps.map((step) => step.segment));
  const entered = steps.filter((step) => step.change === 'ENTERED');
  return [
    ...members.filter((member) => !stepped.has(member.segment)),
    ...entered.map(({ segment, version }): Membership => ({ segment, version })),
  ];
}

const shown = (rule: SegmentRule, facts: RuleFacts): SegmentFact[] =>
  factsOf(rule.when).map((name) => ({ name, value: facts[name] === undefined ? '' : String(facts[name]) }));
