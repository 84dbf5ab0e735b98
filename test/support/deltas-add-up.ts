import { expect } from '@jest/globals';
import { contracts } from '@tributary/contracts';
import type { Database } from '@tributary/persistence';
import { published } from './stage-bench.ts';

interface View {
  readonly profileId: string;
  readonly orders: number;
  readonly interactions: number;
  readonly complaints: number;
  readonly totals: { currency: string; gross: string; returned: string; paid: string }[];
}

/** Adds up every activity that was published, follows merges, and compares with the profiles: exact, in every currency. */
export async function expectDeltasToAddUp(database: Database): Promise<void> {
  const into = new Map<string, string>();
  for (const { value } of await published(database, contracts.identityChange))
    if (value?.change === 'MERGED' && value.otherProfileId !== null) into.set(value.otherProfileId, value.profileId);
  const survivor = (id: string): string => {
    const next = into.get(id);
    return next === undefined ? id : survivor(next);
  };
  const sums = new Map<string, Map<string, bigint>>();
  const add = (id: string, name: string, by: bigint): void => {
    const own = sums.get(id) ?? sums.set(id, new Map()).get(id);
    own?.set(name, (own.get(name) ?? 0n) + by);
  };
  for (const { value } of await published(database, contracts.activity)) {
    if (value === null) continue;
    const id = survivor(value.profileId);
    add(id, 'interactions', BigInt(value.interactionsDelta));
    add(id, 'complaints', BigInt(value.complaintsDelta));
    add(id, 'orders', BigInt(value.ordersDelta));
    if (value.currency === null) continue;
    add(id, `${value.currency} gross`, value.grossDelta);
    add(id, `${value.currency} returned`, value.returnsDelta);
    add(id, `${value.currency} paid`, value.paidDelta);
  }
  const rows = await database.query<{ document: View }>('SELECT document FROM profile.profile WHERE visible');
  const shown = (entries: Iterable<readonly [string, bigint]>): string[] =>
    [...entries]
      .filter(([, n]) => n !== 0n)
      .map(([name, n]) => `${name} ${n}`)
      .sort();
  const expected = rows.map(({ document: view }): [string, string[]] => [
    view.profileId,
    shown([
      ['interactions', BigInt(view.interactions)],
      ['complaints', BigInt(view.complaints)],
      ['orders', BigInt(view.orders)],
      ...view.totals.flatMap((t): [string, bigint][] => [
        [`${t.currency} gross`, BigInt(t.gross)],
        [`${t.currency} returned`, BigInt(t.returned)],
        [`${t.currency} paid`, BigInt(t.paid)],
      ]),
    ]),
  ]);
  const told = [...sums].map(([id, own]): [string, string[]] => [id, shown(own)]);
  const order = (list: [string, string[]][]): [string, string[]][] =>
    list.filter(([, own]) => own.length > 0).sort(([a], [b]) => (a < b ? -1 : 1));
  expect(order(told)).toEqual(order(expected));
}
