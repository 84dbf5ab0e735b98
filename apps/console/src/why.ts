import { AMOUNT_SCALE, formatMicros, parseDecimal } from '@tributary/contracts';
import type { Queryable } from '@tributary/persistence';
import {
  explainableCounts,
  explainableMoney,
  type ExplainableCount,
  type ExplainableField,
  type ExplainableMoney,
  type Why,
} from './api.ts';
import { BadParameter } from './api-fault.ts';
import { mask } from './mask.ts';
import { readEvidence, readProfile, type ProfileRow } from './profile.view.ts';
import { readContributions } from './timeline.view.ts';

/** Which field of which profile is asked about. */
export interface WhyQuestion {
  readonly field: ExplainableMoney | ExplainableCount | ExplainableField;
  readonly currency?: string | undefined;
  readonly limit: number;
}

const isMoney = (field: string): field is ExplainableMoney => (explainableMoney as readonly string[]).includes(field);
const isCount = (field: string): field is ExplainableCount => (explainableCounts as readonly string[]).includes(field);

/**
 * Why a figure or a field of a profile is what it is.
 * @throws NotFound for an unknown profile, BadParameter when a sum of money is asked for without its currency.
 */
export async function explain(db: Queryable, id: string, question: WhyQuestion): Promise<Why> {
  const profile = await readProfile(db, id);
  const { field, currency, limit } = question;
  if (!isMoney(field) && !isCount(field)) return explainField(db, profile, field);
  if (isMoney(field) && currency === undefined) throw new BadParameter([{ field: 'currency', reason: 'is needed for a sum of money' }]);
  const money = isMoney(field) ? (currency ?? null) : null;
  const behind = await readContributions(db, profile.profileId, field, money, limit);
  const shown = shownFigure(profile, field, money);
  return { kind: 'sum', field, currency: money, shown, ...behind, equal: sameDecimal(shown, behind.sum) };
}

/** The figure as the profile page shows it. */
function shownFigure(
  profile: Pick<ProfileRow, ExplainableCount | 'totals'>,
  field: ExplainableMoney | ExplainableCount,
  currency: string | null,
): string {
  if (isCount(field)) return String(profile[field]);
  return profile.totals.find((totals) => totals.currency === currency)?.[field] ?? '0';
}

/** Whether two decimal texts are the same amount, exactly. */
function sameDecimal(left: string, right: string): boolean {
  const exact = parseDecimal(left, AMOUNT_SCALE);
  return exact !== undefined && exact === parseDecimal(right, AMOUNT_SCALE);
}

async function explainField(db: Queryable, profile: ProfileRow, field: ExplainableField): Promise<Why> {
  const value = profile[field];
  const origin = profile.provenance.find((entry) => entry.field === field);
  const evidence =
    field === 'country' ? [] : (await readEvidence(db, profile.profileId)).filter((entry) => entry.identifier.kind === field);
  return {
    kind: 'field',
    field,
    shown: field === 'country' ? value : mask(field, value),
    origin: origin === undefined ? null : { source: origin.source, at: formatMicros(origin.at) },
    evidence,
  };
}
