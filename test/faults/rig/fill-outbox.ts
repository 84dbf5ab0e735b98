import { contracts, type AnyContract, type IdentityChange } from '@tributary/contracts';
import { appendOutbox, type OutboxEvent, type Transaction } from '@tributary/persistence';
import type { CellRig } from './cell-rig.ts';

/** 2026-03-01, microseconds. */
const AT = Date.UTC(2026, 2, 1) * 1000;

/** A profile id that ends with a name of digits. */
export const keyNamed = (name: string): string => `00000000-0000-4000-8000-${name.padStart(12, '0')}`;

/** An identity change, the smallest event of an app; what it says does not matter here. */
export function changeEvent(name: string, key: string): OutboxEvent<IdentityChange> {
  return {
    contract: contracts.identityChange as unknown as AnyContract,
    id: name,
    source: 'faults',
    key,
    time: '2026-03-01T00:00:00Z',
    value: (seq) => ({
      profileId: key,
      seq,
      change: 'CREATED',
      otherProfileId: null,
      identifierKind: null,
      identifierHash: null,
      causeSource: 'faults',
      causeId: name,
      at: AT,
    }),
  };
}

/** Writes `count` events over `keys` keys into the outbox inside a transaction, as an app would. */
export async function fillOutboxIn(tx: Transaction, prefix: string, count: number, keys: number, from = 0): Promise<void> {
  const events = Array.from({ length: count }, (_, index) =>
    changeEvent(`${prefix}-${from + index}`, keyNamed(String((from + index) % keys))),
  );
  await appendOutbox(tx, events);
}

/** The same in transactions of `each`. */
export async function fillOutbox(rig: CellRig, prefix: string, count: number, keys: number, each: number): Promise<void> {
  for (let from = 0; from < count; from += each)
    await rig.database.transaction((tx) => fillOutboxIn(tx, prefix, Math.min(each, count - from), keys, from));
  rig.history.note('outbox filled', { count, keys });
}
