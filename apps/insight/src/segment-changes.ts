import type { SegmentFact } from '@tributary/contracts';
import { evaluate, factsOf, type RuleFacts, type SegmentRule } from './segment-rule.ts';

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
  const current = new Map(members.map((member) => [member.segment, member]));
  const steps = rules.flatMap((rule): SegmentStep[] => {
    const { holds, because } = evaluate(rule.when, facts);
    if (holds === current.has(rule.name)) return [];
    return [
      {
        change: holds ? 'ENTERED' : 'LEFT',
        segment: rule.name,
        version: rule.version,
        reason: because.join(', '),
        facts: shown(rule, facts),
      },
    ];
  });
  const known = new Set(rules.map((rule) => rule.name));
  const retired = members
    .filter((member) => !known.has(member.segment))
    .map((member): SegmentStep => ({
      change: 'LEFT',
      segment: member.segment,
      version: member.version,
      reason: 'the segment was retired',
      facts: [],
    }));
  return [...steps, ...retired];
}

const shown = (rule: SegmentRule, facts: RuleFacts): SegmentFact[] =>
  factsOf(rule.when).map((name) => ({ name, value: facts[name] === undefined ? '' : String(facts[name]) }));
