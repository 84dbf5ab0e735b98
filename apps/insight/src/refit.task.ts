import { appendOutbox, type Database, type OutboxEvent } from '@tributary/persistence';
import { customerFacts, type CustomerFacts } from './customer-facts.ts';
import {
  deleteScores,
  loadMembers,
  loadScores,
  saveMembers,
  saveModel,
  saveScores,
  type MembershipWrite,
  type StoredScore,
} from './insight.store.ts';
import { scoreEvent, scoreGone, segmentStep, type Cause } from './publish.ts';
import { ruleFacts } from './rule-facts.ts';
import { scoreCustomers, type ScoredCustomer } from './score-customers.ts';
import { segmentChanges } from './segment-changes.ts';
import type { SegmentRule } from './segment-rule.ts';
import { disownStats, lockStats, statsPage } from './stats.store.ts';

/** What the task needs. */
export interface RefitDependencies {
  readonly database: Database;
  readonly rules: readonly SegmentRule[];
  readonly currency: string;
}

/** What a refit did. */
export interface RefitReport {
  readonly customers: number;
  readonly scoresChanged: number;
  readonly segmentChanges: number;
  readonly notes: readonly string[];
}

const PAGE = 2_000;
const CHUNK = 500;

/**
 * Fits the life-time models on all statistics at a reference time (microseconds), saves the fit, and writes scores and memberships that
 * changed, in chunks of one transaction each; running it again at the same time changes nothing.
 */
export async function refit(asOf: number, { database, rules, currency }: RefitDependencies): Promise<RefitReport> {
  const buyers: ScoredCustomer[] = [];
  const everyone: string[] = [];
  for (let after: string | null = null; ;) {
    const page = await statsPage(database, after, PAGE);
    for (const { profileId, stats } of page) {
      const facts = customerFacts(stats, asOf);
      everyone.push(profileId);
      if (facts.purchaseDays > 0) buyers.push({ profileId, facts });
    }
    after = page.at(-1)?.profileId ?? null;
    if (page.length < PAGE) break;
  }
  const { model, scores } = scoreCustomers(buyers, asOf);
  const modelId = await saveModel(database, model);
  const scoreOf = new Map(scores.map((score) => [score.profileId, score]));
  const cause: Cause = { source: 'tributary/insight', id: `refit/${asOf}/${modelId}` };
  const report = { customers: buyers.length, scoresChanged: 0, segmentChanges: 0, notes: model.notes };
  for (let start = 0; start < everyone.length; start += CHUNK) {
    const ids = everyone.slice(start, start + CHUNK);
    await database.transaction(async (tx) => {
      // Statistics are read again under lock: what changed since the fit is judged by what it is now.
      const [locked, known, members] = await Promise.all([
        lockStats(
          tx,
          ids.map((profileId) => ({ profileId, token: null })),
        ),
        loadScores(tx, ids),
        loadMembers(tx, ids),
      ]);
      const rows = locked.rows.filter((row) => row.mergedInto === null);
      const changed = rows.flatMap((row) => scoreOf.get(row.profileId) ?? []).filter((score) => differs(score, known.get(score.profileId)));
      const gone = rows.filter((row) => !scoreOf.has(row.profileId) && known.has(row.profileId)).map((row) => row.profileId);
      const events: OutboxEvent[] = [
        ...changed.map((score) => scoreEvent(score, asOf, currency, cause)),
        ...gone.map((profileId) => scoreGone(profileId, asOf, cause)),
      ];
      const entered: MembershipWrite[] = [];
      const left: MembershipWrite[] = [];
      for (const row of rows) {
        const facts: CustomerFacts = customerFacts(row.stats, Math.max(asOf, row.stats.latest));
        for (const step of segmentChanges(rules, ruleFacts(facts, scoreOf.get(row.profileId)), members.get(row.profileId) ?? [])) {
          const { write, event } = segmentStep(row.profileId, step, asOf, cause);
          (step.change === 'ENTERED' ? entered : left).push(write);
          events.push(event);
        }
      }
      saveScores(tx, asOf, changed);
      deleteScores(tx, gone);
      saveMembers(tx, entered, left);
      disownStats(tx, [...new Set([...changed, ...entered, ...left].map(({ profileId }) => profileId).concat(gone))]);
      await appendOutbox(tx, events);
      report.scoresChanged += changed.length;
      report.segmentChanges += entered.length + left.length;
    });
  }
  return report;
}

/** Whether a score is worth telling: anything but the last digits of a double. */
function differs(next: StoredScore, before: StoredScore | undefined): boolean {
  if (before === undefined) return true;
  const near = (left: number | null, right: number | null): boolean =>
    left === right || (left !== null && right !== null && Math.abs(left - right) <= 1e-9 * Math.max(1, Math.abs(left)));
  return !(
    next.recencyDays === before.recencyDays &&
    next.frequency === before.frequency &&
    next.monetary === before.monetary &&
    next.r === before.r &&
    next.f === before.f &&
    next.m === before.m &&
    next.abcClass === before.abcClass &&
    near(next.pAlive, before.pAlive) &&
    near(next.expectedPurchases, before.expectedPurchases) &&
    near(next.lifetimeValue, before.lifetimeValue) &&
    next.model === before.model
  );
}
