import { describe, expect, it } from '@jest/globals';
import { contractNamed, parseMicros, type CustomerRef } from '@tributary/contracts';
import { isJunkIdentifier, normaliseEmail, normaliseLoyaltyId, normalisePhone, type Normalised } from '@tributary/matching';
import fc from 'fast-check';
import { createSeller } from './create-seller.ts';
import type { Delivery } from './fact.ts';

const ANCHOR = 20_500;
const small = { seed: 11, customers: 80, days: 75, anchorDay: ANCHOR, skus: 12, scale: 1.5 };
const tiny = { seed: 3, customers: 20, days: 20, anchorDay: ANCHOR, skus: 8 };
const seller = createSeller(small);

/** The fields of any contract's JSON form that the checks below look at. */
interface Loose {
  readonly customer?: CustomerRef;
  readonly customerId?: string;
  readonly orderId?: string;
  readonly version?: string;
  readonly status?: string;
  readonly kind?: string;
  readonly total?: string;
  readonly amount?: string;
}

const unique = (deliveries: readonly Delivery[]): Delivery[] => [
  ...new Map(deliveries.map((delivery) => [`${delivery.source} ${delivery.id}`, delivery])).values(),
];

/** Another route to the profiles than the simulator's labels: identifiers of the deliveries, normalised, joined by repeated relabelling. */
function profilesByIdentifier(deliveries: readonly Delivery[]): Map<string, Delivery[]> {
  const label = new Map<string, string>();
  const keysOf = new Map<Delivery, string[]>();
  const good = (kind: 'email' | 'phone' | 'loyalty', value: Normalised): string[] =>
    'value' in value && isJunkIdentifier(kind, value.value) === undefined ? [`${kind} ${value.value}`] : [];
  for (const delivery of deliveries) {
    const data = delivery.data as { customer?: CustomerRef; customerId?: string; orderId?: string; interactionId?: string };
    const ref =
      data.customer ??
      (delivery.type === 'crm.customer' ? { ...(data as unknown as CustomerRef), id: data.customerId ?? null } : undefined);
    if (ref === undefined) continue;
    const keys = [
      ...(ref.id === null ? [] : [`id ${delivery.source}:${ref.id}`]),
      ...(ref.email === null ? [] : good('email', normaliseEmail(ref.email))),
      ...(ref.phone === null ? [] : good('phone', normalisePhone(ref.phone))),
      ...(ref.loyaltyId === null ? [] : good('loyalty', normaliseLoyaltyId(ref.loyaltyId))),
    ];
    keysOf.set(delivery, keys.length > 0 ? keys : [`document ${delivery.source}:${data.orderId ?? data.interactionId ?? delivery.id}`]);
  }
  for (let changed = true; changed;) {
    changed = false;
    for (const keys of keysOf.values()) {
      const least = keys.map((key) => label.get(key) ?? key).sort()[0] ?? '';
      for (const key of keys)
        if (label.get(key) !== least) {
          label.set(key, least);
          changed = true;
        }
    }
  }
  const profiles = new Map<string, Delivery[]>();
  for (const [delivery, keys] of keysOf) {
    const of = label.get(keys[0] ?? '') ?? '';
    profiles.set(of, [...(profiles.get(of) ?? []), delivery]);
  }
  return profiles;
}

const cents = (text: string): bigint => BigInt(Math.round(Number(text) * 100));
const text = (value: bigint): string =>
  `${value < 0n ? '-' : ''}${(value < 0n ? -value : value) / 100n}.${String((value < 0n ? -value : value) % 100n).padStart(2, '0')}`;

describe('createSeller', () => {
  it('gives the same deliveries and truth for the same seed, and others for another', () => {
    const [one, two] = [createSeller(tiny), createSeller(tiny)];
    expect(JSON.stringify(two.deliveries)).toBe(JSON.stringify(one.deliveries));
    expect(two.truth).toEqual(one.truth);
    expect(createSeller({ ...tiny, seed: 4 }).truth.totals).not.toEqual(one.truth.totals);
  });

  it('delivers only events that pass their contract and its rules', () => {
    const faults = seller.deliveries.flatMap(({ type, data }): readonly unknown[] => {
      const contract = contractNamed(type);
      if (contract === undefined) return [`no contract ${type}`];
      const read = contract.fromJson(JSON.parse(JSON.stringify(data)));
      return read.ok ? (contract.rules?.(read.value) ?? []) : read.faults;
    });
    expect(faults).toEqual([]);
  });

  it('counts its own deliveries', () => {
    const different = unique(seller.deliveries);
    expect(different).toHaveLength(seller.truth.uniqueEvents);
    expect(seller.deliveries.length - different.length).toBe(seller.duplicates);
    expect(seller.duplicates).toBeGreaterThan(20);
    const byType = Object.fromEntries(
      Object.keys(seller.truth.events).map((type) => [type, different.filter((d) => d.type === type).length]),
    );
    expect(byType).toEqual(seller.truth.events);
  });

  it('repeats with the same content, comes late and out of order', () => {
    const seen = new Map<string, string>();
    const changed: string[] = [];
    let overtaken = 0;
    const highest = new Map<string, number>();
    for (const { source, id, data, type } of seller.deliveries) {
      const content = JSON.stringify(data);
      if ((seen.get(`${source} ${id}`) ?? content) !== content) changed.push(id);
      seen.set(`${source} ${id}`, content);
      if (type !== 'commerce.order') continue;
      const order = data as { orderId: string; version: string };
      if ((highest.get(order.orderId) ?? 0) > Number(order.version)) overtaken += 1;
      highest.set(order.orderId, Math.max(Number(order.version), highest.get(order.orderId) ?? 0));
    }
    expect(changed).toEqual([]);
    expect(overtaken).toBeGreaterThan(5);
    const late = seller.deliveries.filter(({ time, arrivesAt }) => arrivesAt - (parseMicros(time) ?? 0) > 12 * 3_600_000_000);
    expect(late.length).toBeGreaterThan(20);
  });

  it('knows the profiles that identifiers alone lead to, with their orders and money', () => {
    const expected = [...profilesByIdentifier(unique(seller.deliveries)).values()].map((deliveries) => {
      const ids = new Set<string>();
      const orders = new Map<string, { version: number; status: string; total: string }>();
      let returned = 0n;
      let paid = 0n;
      for (const { source, type, data } of deliveries) {
        const value = data as Loose;
        const id = type === 'crm.customer' ? (value.customerId ?? '') : (value.customer?.id ?? null);
        if (id !== null) ids.add(`${source}:${id}`);
        if (type === 'commerce.order' && Number(value.version) > (orders.get(value.orderId ?? '')?.version ?? 0))
          orders.set(value.orderId ?? '', {
            version: Number(value.version),
            status: value.status ?? '',
            total: value.total ?? '',
          });
        if (type === 'commerce.return') returned += cents(value.total ?? '');
        if (type === 'commerce.payment') paid += (value.kind === 'CAPTURE' ? 1n : -1n) * cents(value.amount ?? '');
      }
      const counting = [...orders.values()].filter(({ status }) => status !== 'CANCELLED');
      const gross = counting.reduce((sum, { total }) => sum + cents(total), 0n);
      return [[...ids].sort().join(), counting.length, text(gross), text(returned), text(gross - returned), text(paid)].join(' | ');
    });
    const truth = seller.truth.profiles.map(({ customerIds, orders, totals }) => {
      const money = totals['EUR'] ?? { gross: '0.00', returned: '0.00', net: '0.00', paid: '0.00' };
      return [customerIds.join(), orders, money.gross, money.returned, money.net, money.paid].join(' | ');
    });
    expect(truth.sort()).toEqual(expected.sort());
    expect(seller.truth.guests).toBeGreaterThan(20);
  });

  it('holds every kind of trouble it promises', () => {
    const of = (type: string): Record<string, unknown>[] =>
      seller.deliveries.filter((delivery) => delivery.type === type).map(({ data }) => data as Record<string, unknown>);
    expect(new Set(of('commerce.order').map(({ status }) => status))).toEqual(
      new Set(['PLACED', 'CONFIRMED', 'PAID', 'FULFILLED', 'COMPLETED', 'CANCELLED']),
    );
    expect(new Set(of('commerce.payment').map(({ kind }) => kind))).toEqual(new Set(['CAPTURE', 'REFUND', 'CHARGEBACK']));
    expect(of('commerce.order').some(({ presentmentCurrency }) => presentmentCurrency === 'USD')).toBe(true);
    expect(
      of('commerce.order').filter(({ customer }) => (customer as CustomerRef).email?.trim().toLowerCase() === 'test@test.com').length,
    ).toBeGreaterThan(1);
    expect(new Set(of('crm.interaction').map(({ kind }) => kind))).toEqual(new Set(['COMPLAINT', 'SURVEY', 'SUPPORT']));
    expect(new Set(seller.deliveries.map(({ source }) => source))).toEqual(new Set(['shop-eu', 'pos', 'crm', 'erp']));
    expect(of('commerce.order').some(({ promotionCodes }) => (promotionCodes as string[]).some((code) => code.startsWith('SAVE15')))).toBe(
      true,
    );
  });

  it('lives on: a history and the live days after it hold what a longer history holds', () => {
    const longer = createSeller({ ...tiny, days: 25, anchorDay: ANCHOR + 5 });
    const live = createSeller(tiny);
    const days = live.live();
    const extra: Delivery[] = [];
    for (let day = 0; day < 5; day += 1) extra.push(...days.next().value.deliveries);
    extra.push(...live.flush());
    const ids = (deliveries: readonly Delivery[]): string[] => [...new Set(deliveries.map(({ source, id }) => `${source} ${id}`))].sort();
    expect(ids([...live.deliveries, ...extra])).toEqual(ids(longer.deliveries));
    expect(live.truthNow()).toEqual(longer.truth);
  });

  it('keeps to the truth for any seed: net is gross less returned, profiles add up to the whole', () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1_000_000 }), (seed) => {
        const { truth } = createSeller({ seed, customers: 12, days: 25, anchorDay: ANCHOR, skus: 8 });
        const whole = truth.totals['EUR'];
        let net = 0n;
        for (const { totals } of truth.profiles) net += cents(totals['EUR']?.net ?? '0');
        expect(text(net)).toBe(whole?.net ?? '0.00');
        expect(text(cents(whole?.gross ?? '0') - cents(whole?.returned ?? '0'))).toBe(whole?.net ?? '0.00');
        expect(truth.profiles.reduce((sum, { orders }) => sum + orders, 0)).toBe(truth.orders);
      }),
      { numRuns: 8 },
    );
  });

  it('names the option that is out of range', () => {
    expect(() => createSeller({ ...tiny, days: 0 })).toThrow('days is 0');
    expect(() => createSeller({ ...tiny, scale: 0 })).toThrow('scale is 0');
  });
});
