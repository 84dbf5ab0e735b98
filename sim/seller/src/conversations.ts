import type { Interaction } from '@tributary/contracts';
import type { Random } from '@tributary/numerics';
import { customerRef } from './account-view.ts';
import { makeFact, type Fact } from './fact.ts';
import type { Account } from './people.ts';
import { DAY, HOUR } from './sim-time.ts';

const complaints = ['arrived late', 'one piece was broken', 'wrong colour', 'nobody answers the phone'];

/**
 * What a customer says after a delivery: a slow one is complained about more often, a survey answer is lower then.
 * @param account the CRM's record of the customer, or the shop's where the CRM has none; then the CRM only knows the e-mail address.
 */
export function conversationsAfter(random: Random, account: Account, orderId: string, placedAt: number, deliveredAt: number): Fact[] {
  const slow = deliveredAt - placedAt > 5 * DAY;
  const facts: Fact[] = [];
  if (random.next() < (slow ? 0.3 : 0.04))
    facts.push(
      interaction(
        random,
        account,
        orderId,
        'COMPLAINT',
        deliveredAt + 20 * HOUR,
        null,
        complaints[random.integer(complaints.length)] ?? null,
      ),
    );
  if (random.next() < 0.15) {
    const score = Math.max(0, Math.min(10, Math.round((slow ? 5 : 8.5) + 1.5 * random.normal())));
    facts.push(interaction(random, account, orderId, 'SURVEY', deliveredAt + 3 * DAY, score, null));
  }
  if (random.next() < 0.05) facts.push(interaction(random, account, orderId, 'SUPPORT', placedAt + 8 * HOUR, null, 'where is my order?'));
  return facts;
}

function interaction(
  random: Random,
  account: Account,
  orderId: string,
  kind: Interaction['kind'],
  at: number,
  score: number | null,
  text: string | null,
): Fact {
  const ref =
    account.source === 'crm' ? customerRef(random, account) : { id: null, email: account.email, phone: null, loyaltyId: null, name: null };
  return makeFact('interaction', 'crm', account.owner, at, {
    interactionId: `I-${orderId}-${kind.toLowerCase()}`,
    customer: ref,
    kind,
    channel: kind === 'SURVEY' ? 'mail' : 'phone',
    orderId,
    score,
    text,
    occurredAt: at,
  });
}
