import { contracts, toHeaders, type Payment } from '@tributary/contracts';
import {
  applyBatch,
  groupNumber,
  hubMigrations,
  openOffset,
  type BatchResult,
  type Database,
  type RawRecord,
} from '@tributary/persistence';
import { allMigrations } from '../../cli/src/all-migrations.ts';
import { liveStages } from '../../cli/src/repair/live-stages.ts';
import { freshDatabase, type FreshDatabase } from './fresh-database.ts';

/** A database with all tables of the hub, of which the verbs of the command line and the console find the address in the environment. */
export interface HubUnderTest extends FreshDatabase {
  readonly config: { readonly identityKey: Buffer; readonly currency: string };
  /** One batch of the profile app: payments of one customer, in one partition, going on from the last. */
  payments(payments: readonly PaymentRecord[]): Promise<BatchResult>;
  paid(): Promise<string>;
}

/** A payment, or bytes in its place. */
export type PaymentRecord = { readonly id: string; readonly cents: number; readonly bytes?: Buffer };

/** Makes the database and sets DATABASE_URL and the hub's settings to it until `drop`. */
export async function hubUnderTest(): Promise<HubUnderTest> {
  const fresh = await freshDatabase(allMigrations.filter((migration) => !hubMigrations.includes(migration)));
  const config = { identityKey: Buffer.alloc(32, 0xab), currency: 'EUR' };
  const before = { ...process.env };
  Object.assign(process.env, {
    DATABASE_URL: fresh.url,
    TRIBUTARY_IDENTITY_KEY: config.identityKey.toString('hex'),
    TRIBUTARY_SOURCES: 'shop',
    TRIBUTARY_CURRENCY: config.currency,
  });
  let next = 0n;
  return {
    ...fresh,
    config,
    payments: async (payments) => {
      const result = await apply(fresh.database, config, next, payments);
      next += BigInt(payments.length);
      return result;
    },
    async paid() {
      const [row] = await fresh.database.query<{ paid: string | null }>('SELECT sum(paid)::text AS paid FROM profile.document');
      return row?.paid ?? '0';
    },
    async drop() {
      process.env = before;
      await fresh.drop();
    },
  };
}

async function apply(
  database: Database,
  config: HubUnderTest['config'],
  from: bigint,
  payments: readonly PaymentRecord[],
): Promise<BatchResult> {
  const stage = liveStages(config).get('profile');
  if (stage === undefined) throw new Error('there is no profile stage');
  const { topic } = contracts.payment;
  await openOffset(database, stage.group, topic, 0, 0n);
  const records = payments.map((payment, index) => ({ ...paymentRecord(payment), offset: from + BigInt(index) }));
  const slice = { topic, partition: 0, expected: from, next: from + BigInt(records.length), records };
  return applyBatch({ database, stage, groupId: await groupNumber(database, stage.group), now: () => new Date() }, [slice]);
}

/** A payment of customer c-1 of the shop as it stands in its topic. */
export function paymentRecord({ id, cents, bytes }: PaymentRecord): RawRecord {
  const payment: Payment = {
    paymentId: id,
    orderId: null,
    kind: 'CAPTURE',
    amount: BigInt(cents) * 100n,
    currency: 'EUR',
    presentmentAmount: null,
    presentmentCurrency: null,
    method: 'card',
    customer: { id: 'c-1', email: 'ada@example.org', phone: null, loyaltyId: null, name: null },
    occurredAt: 1_770_000_000_000_000,
  };
  return {
    topic: contracts.payment.topic,
    partition: 0,
    offset: 0n,
    key: Buffer.from('shop/c/c-1'),
    value: bytes ?? contracts.payment.encode(payment),
    headers: toHeaders({ id: `event-${id}`, source: 'shop', type: 'commerce.payment', time: '2026-02-02T00:00:00Z' }),
    timestamp: Date.now(),
  };
}
