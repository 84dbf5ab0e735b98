import type { FieldDifference, ShadowDifference } from '@tributary/app-profile';
import { AMOUNT_SCALE, formatDecimal } from '@tributary/contracts';
import { table } from '../output.ts';

const money = (amount: bigint): string => formatDecimal(amount, AMOUNT_SCALE, 2);
/** Fields that hold unscaled amounts. */
const AMOUNT = /^(totals\.[A-Z]{3}\.)?(gross|returned|net|paid|invoiced|settled)$/;

/** A difference for people. */
export function differenceText(difference: ShadowDifference): string {
  const { live, shadow, profiles, rows, refused, corrections } = difference;
  const counts = (['profiles', 'documents', 'nodes', 'edges'] as const).map((name) => ({
    count: name,
    live: live[name],
    shadow: shadow[name],
    difference: shadow[name] - live[name],
  }));
  const sums = difference.money
    .filter((row) => row.live !== 0n || row.shadow !== 0n)
    .map((row) => ({
      money: `${row.of} ${row.currency} ${row.amount}`,
      live: money(row.live),
      shadow: money(row.shadow),
      difference: money(row.shadow - row.live),
    }));
  const kinds = [
    { of: 'profiles', ...pick(profiles), 'by arrival': profiles.renamed },
    ...Object.entries(rows).map(([of, row]) => ({ of: `${of}s`, ...pick(row), 'by arrival': row.byArrival })),
  ];
  return [
    table(counts),
    ...(sums.length === 0 ? [] : ['', table(sums)]),
    '',
    table(kinds),
    '',
    ...(refused.live === refused.shadow ? [] : [`not applied in this range: ${refused.live} in live, ${refused.shadow} in the shadow`]),
    ...(difference.addsUp.live ? [] : ['the profiles of live do not have the sums of its documents']),
    ...(difference.addsUp.shadow ? [] : ['the profiles of the shadow do not have the sums of its documents']),
    ...(profiles.merged + profiles.split === 0 ? [] : [`a swap would merge ${profiles.merged} profiles and split ${profiles.split}`]),
    corrections === null
      ? 'corrections downstream: not known, events wait in the outbox'
      : `corrections downstream: ${corrections} activities`,
    ...examplesText(difference),
    difference.equal ? 'no difference: live is what the topics say' : 'live differs from what the topics say',
  ].join('\n');
}

const pick = (row: { onlyLive: number; onlyShadow: number; different: number }): Record<string, number> => ({
  'only live': row.onlyLive,
  'only shadow': row.onlyShadow,
  different: row.different,
});

function examplesText({ examples }: ShadowDifference): string[] {
  const only = (side: 'live' | 'shadow' | null): string => (side === null ? 'differs' : `only in ${side}`);
  const lines = [
    ...examples.profiles.flatMap((example) => [
      `profile ${example.profileId}: ${only(example.only)}`,
      ...fields(example.only === null ? example.fields : []),
    ]),
    ...examples.rows.flatMap((example) => [
      `${example.table} ${Object.values(example.key).join(' ')}: ${only(example.only)}`,
      ...fields(
        example.fields.filter((field) => example.only === null || (AMOUNT.test(field.field) && Number(field.live ?? field.shadow) !== 0)),
      ),
    ]),
  ];
  return lines.length === 0 ? [] : ['', 'for example', ...lines.map((line) => `  ${line}`), ''];
}

const fields = (list: readonly FieldDifference[]): string[] =>
  list.map(({ field, live, shadow }) => `  ${field}: ${shown(field, live)} in live, ${shown(field, shadow)} in the shadow`);

function shown(field: string, value: unknown): string {
  if (value === null || value === undefined) return 'nothing';
  if (AMOUNT.test(field) && /^-?\d+$/.test(String(value))) return money(BigInt(String(value)));
  return typeof value === 'string' ? value : JSON.stringify(value);
}
