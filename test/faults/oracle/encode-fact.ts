import { contracts, FRAME_LENGTH, toHeaders, type AnyContract, type Contract, type CustomerRef } from '@tributary/contracts';
import type { Fact } from './fact.ts';

/** A record ready to be sent. */
export interface Message {
  readonly topic: string;
  readonly key: Buffer | null;
  readonly value: Buffer;
  readonly headers: Record<string, string>;
}

/** 2026-03-01, microseconds. */
const T0 = Date.UTC(2026, 2, 1) * 1000;
const PRICE_PER_AMOUNT = 100n;
const contractOf = {
  ORDER: contracts.order,
  PAYMENT: contracts.payment,
  RETURN: contracts.return,
  CUSTOMER: contracts.customer,
} as const satisfies Record<Fact['kind'], unknown>;

/** E-mail address by which a person is known in both systems. */
export const emailOf = (person: number): string => `person${person}@faults.example`;

/** A fact's contract, and what it says in it. */
export function contentOf(fact: Fact): { readonly contract: Contract<unknown> & AnyContract; readonly value: unknown } {
  return { contract: contractOf[fact.kind] as unknown as Contract<unknown> & AnyContract, value: valueOf(fact) };
}

/** Writes a fact in its contract, with CloudEvents headers; spoils it where it says so. */
export function encodeFact(fact: Fact): Message {
  const { contract, value } = contentOf(fact);
  const headers = {
    ...toHeaders({ id: fact.eventId, source: fact.source, type: contract.name, time: '2026-03-01T00:00:00Z' }),
    rig_n: String(fact.n),
  };
  const message = {
    topic: contract.topic,
    key: Buffer.from(contract.key(value as never, fact.source)),
    value: contract.encode(value as never),
    headers,
  };
  switch (fact.spoilt) {
    case 'truncated':
      return { ...message, value: message.value.subarray(0, message.value.length - 7) };
    case 'trailing':
      return { ...message, value: Buffer.concat([message.value, Buffer.from([1, 2, 3])]) };
    case 'unknown-schema':
      return { ...message, value: Buffer.concat([Buffer.from([0, 0x7f, 0xff, 0xff, 0xff]), message.value.subarray(5)]) };
    case 'no-key':
      return { ...message, key: null };
    case 'no-id': {
      const { ce_id: _id, ...rest } = headers as Record<string, string>;
      return { ...message, headers: rest };
    }
    case 'hostile-array':
      return { ...message, value: hostileArray(message.value, contract.encode({ ...(value as object), lines: [] } as never)) };
    default:
      return message;
  }
}

/** The order up to its lines, then an array that says it has two thousand million of them. */
function hostileArray(whole: Buffer, withoutLines: Buffer): Buffer {
  const at = whole.findIndex((byte, index) => index >= FRAME_LENGTH && byte !== withoutLines[index]);
  return Buffer.concat([whole.subarray(0, at), Buffer.from([0x80, 0xd0, 0xac, 0xf3, 0x0e])]);
}

/** Claims of a spoilt or doubtful record name nobody else: their customers are strangers. */
const emailFor = (fact: Fact): string | null => (/^(spoilt|twice)/.test(fact.documentId) ? null : emailOf(fact.person));

function valueOf(fact: Fact): unknown {
  const nobody: CustomerRef = { id: null, email: null, phone: null, loyaltyId: null, name: null };
  const { gross, paid, returned } = fact.money;
  const at = T0 + fact.person * 1_000_000;
  switch (fact.kind) {
    case 'CUSTOMER':
      return {
        customerId: fact.documentId,
        version: fact.version,
        kind: 'PERSON',
        name: `Person ${fact.person}`,
        email: emailOf(fact.person),
        phone: null,
        loyaltyId: null,
        taxId: null,
        address: null,
        marketingConsent: null,
        updatedAt: at,
        birthDate: null,
        preferredLanguage: null,
      };
    case 'ORDER': {
      // Fits the contract, and no column: only the database can refuse it, so the batch has to be halved down to it.
      const total = fact.spoilt === 'overflow' ? 10n ** 20n : fact.orders === 0 ? 100n * 100n : gross;
      const wrong = fact.spoilt === 'arithmetic' ? 100n : 0n;
      return {
        orderId: fact.documentId,
        version: fact.version,
        status: fact.orders === 0 ? 'CANCELLED' : 'PLACED',
        channel: 'WEB',
        placedAt: at,
        placedAtOffsetMinutes: null,
        updatedAt: at + Number(fact.version) * 1_000,
        customer: { ...nobody, id: fact.customerId, email: emailFor(fact) },
        currency: fact.currency,
        presentmentCurrency: null,
        presentmentTotal: null,
        lines: [{ ...line(total), discount: 0n }],
        tax: 0n,
        shipping: 0n,
        discount: 0n,
        total: total + wrong,
        promotionCodes: [],
        country: null,
      };
    }
    case 'PAYMENT':
      return {
        paymentId: fact.documentId,
        orderId: fact.orderId,
        kind: paid < 0n ? 'REFUND' : 'CAPTURE',
        amount: paid < 0n ? -paid : paid,
        currency: fact.currency,
        presentmentAmount: null,
        presentmentCurrency: null,
        method: 'card',
        customer: { ...nobody, id: fact.customerId },
        occurredAt: at,
      };
    case 'RETURN':
      return {
        returnId: fact.documentId,
        orderId: fact.orderId,
        customer: { ...nobody, id: fact.customerId },
        occurredAt: at,
        currency: fact.currency,
        lines: [{ ...line(returned), orderId: null, orderLineId: null }],
        total: returned,
        reason: null,
      };
  }
}

const line = (amount: bigint) => ({
  lineId: '1',
  kind: 'MERCHANDISE',
  sku: 'TEA-1',
  description: null,
  quantity: 10_000n,
  unitPrice: amount * PRICE_PER_AMOUNT,
  amount,
  location: null,
});
