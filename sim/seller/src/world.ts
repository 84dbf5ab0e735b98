import { createRandom, type Random } from '@tributary/numerics';
import type { CustomerRef } from '@tributary/contracts';
import { anonymous, customerRef, customerSnapshot } from './account-view.ts';
import { conversationsAfter } from './conversations.ts';
import { makeFact, type Fact } from './fact.ts';
import { draftLine, type OrderDraft } from './order-draft.ts';
import { storeSale, webOrder, type StorySeed } from './order-story.ts';
import { createPerson, JUNK_EMAIL, type Account, type Person } from './people.ts';
import { createArticles, demandWeight, productSnapshot, promotionOn, STORE_LOCATION, WEB_LOCATION, type Article } from './products.ts';
import { DAY, moment, weekday } from './sim-time.ts';
import { spellEmail } from './spelling.ts';
import { StockBook } from './stock-book.ts';

/** Size of the simulated seller. */
export interface WorldOptions {
  readonly seed: number;
  readonly customers: number;
  readonly skus: number;
  /** First simulated day, days since 1970-01-01. */
  readonly firstDay: number;
  /** Multiplies how often everybody buys. */
  readonly scale: number;
}

/** Registrations of the first customers spread over so many days, whatever the length of the history. */
const REGISTRATION_DAYS = 90;
/** New customers a day after that. */
const NEWCOMERS = 0.5;

/** The seller's business, one day at a time. The same options give the same facts for ever; a longer run only adds days. */
export class World {
  readonly #random: Random;
  readonly #articles: readonly Article[];
  readonly #stock: StockBook;
  readonly #people: Person[];
  readonly #active = new Set<number>();
  readonly #guestEmails: string[] = [];
  readonly #waiting = new Map<number, Fact[]>();
  #dayIndex = 0;
  #webOrders = 0;
  #sales = 0;

  constructor(private readonly options: WorldOptions) {
    this.#random = createRandom(options.seed);
    this.#articles = createArticles(createRandom(options.seed + 1), options.skus);
    this.#stock = new StockBook(createRandom(options.seed + 2), this.#articles);
    const people = createRandom(options.seed + 3);
    this.#people = Array.from({ length: options.customers }, (_, index) =>
      createPerson(people, index, Math.floor((index * REGISTRATION_DAYS) / options.customers)),
    );
  }

  /** Lives one day and returns everything said on it, in the order it was said. */
  nextDay(): { readonly day: number; readonly facts: readonly Fact[] } {
    const index = this.#dayIndex;
    const day = this.options.firstDay + index;
    this.#dayIndex += 1;
    this.#stock.openDay(day);
    this.#publishCatalogue(day, index);
    this.#register(day, index);
    const web = chooser(this.#articles, day, index);
    const store = chooser(
      this.#articles.filter((article) => article.inStore),
      day,
      index,
    );
    for (const personIndex of [...this.#active]) this.#maybeBuy(personIndex, day, index, web, store);
    for (let guest = this.#random.poisson(1.2 * this.options.scale); guest > 0; guest -= 1) this.#guestOrder(day, index, web);
    if (weekday(day) !== 6)
      for (let sale = this.#random.poisson(1.5 * this.options.scale); sale > 0; sale -= 1) this.#storeOrder(undefined, day, index, store);
    this.#later(this.#stock.closeDay(day, index));
    const facts = this.#waiting.get(day) ?? [];
    this.#waiting.delete(day);
    return { day, facts: facts.sort((a, b) => a.at - b.at) };
  }

  #later(facts: readonly Fact[]): void {
    for (const fact of facts) {
      const day = Math.floor(fact.at / DAY);
      const list = this.#waiting.get(day);
      if (list === undefined) this.#waiting.set(day, [fact]);
      else list.push(fact);
    }
  }

  /** All products on the first day; a twentieth of them gets a new version every thirty days. */
  #publishCatalogue(day: number, index: number): void {
    if (index % 30 !== 0) return;
    const chosen = index === 0 ? this.#articles : this.#articles.filter((_, position) => position % 20 === (index / 30) % 20);
    this.#later(chosen.map((article) => makeFact('product', 'erp', null, moment(day, 60), productSnapshot(article, 1 + index, day, true))));
  }

  #register(day: number, index: number): void {
    if (index >= REGISTRATION_DAYS)
      for (let more = this.#random.poisson(NEWCOMERS); more > 0; more -= 1)
        this.#people.push(createPerson(this.#random, this.#people.length, index));
    for (const person of this.#people) {
      if (person.registeredOn !== index) continue;
      this.#active.add(person.index);
      // All systems of a person say so on one day, so that no day ends with half of the links.
      person.accounts.forEach((account, position) => {
        const at = moment(day, 21_600 + position * 600 + (person.index % 500));
        const say = (version: number, when: number, consent: boolean | null): Fact =>
          makeFact(
            'customer',
            account.source,
            account.owner,
            when,
            customerSnapshot(this.#random, person, account, version, when, consent),
          );
        this.#later([say(1, at, null)]);
        if (this.#random.next() < 0.25) this.#later([say(2, at + (1 + this.#random.integer(40)) * DAY, this.#random.next() < 0.5)]);
      });
    }
  }

  #maybeBuy(personIndex: number, day: number, index: number, web: Chooser, store: Chooser): void {
    const person = this.#people[personIndex];
    if (person === undefined) return;
    const season = (weekday(day) >= 5 ? 1.3 : 0.9) * (promotionOn(index) === undefined ? 1 : 1.4);
    if (this.#random.next() >= person.rate * this.options.scale * season) return;
    const buying = person.accounts.filter((account) => account.source === 'shop-eu' || account.source === 'pos');
    const account = buying[this.#random.integer(Math.max(1, buying.length))];
    if (account === undefined) return;
    if (account.source === 'pos') this.#storeOrder(account, day, index, store);
    else this.#webOrder(person, account, day, index, web);
    if (this.#random.next() < person.dropout) this.#active.delete(personIndex);
  }

  #webOrder(person: Person, account: Account, day: number, index: number, choose: Chooser): void {
    const customer = customerRef(this.#random, account);
    const debtor = person.accounts.find(({ source }) => source === 'erp');
    const draft = this.#draft('WEB', customer, day, index, choose, person);
    const story = webOrder(this.#random, { source: 'shop-eu', owner: account.owner, draft, debtor });
    this.#later(story.facts);
    const listener = person.accounts.find(({ source }) => source === 'crm') ?? account;
    if (story.deliveredAt !== undefined && (listener.source === 'crm' || (listener.email !== null && listener.email !== JUNK_EMAIL)))
      this.#later(conversationsAfter(this.#random, listener, draft.orderId, draft.placedAt, story.deliveredAt));
  }

  /** A guest leaves no customer id: some leave an e-mail address (a new one, an earlier guest's, a known customer's), some junk or nothing. */
  #guestOrder(day: number, index: number, choose: Chooser): void {
    const draw = this.#random.next();
    const known = this.#people[this.#random.integer(this.#people.length)]?.accounts.find(
      (account) => account.source === 'shop-eu' && account.email !== null && account.email !== JUNK_EMAIL,
    );
    const again = this.#guestEmails[this.#random.integer(Math.max(1, this.#guestEmails.length))];
    let email: string | null = null;
    let owner: string | undefined;
    // A known customer who has not registered yet gets the label all the same: the address will link them on the day they do.
    if (draw < 0.15 && known?.email !== undefined) [email, owner] = [known.email, known.owner];
    else if (draw < 0.3 && again !== undefined) email = again;
    else if (draw < 0.6) this.#guestEmails.push((email = `guest.${this.#guestEmails.length + 1}@example.net`));
    else if (draw < 0.7) email = JUNK_EMAIL;
    const customer = { ...anonymous, email: email === null ? null : spellEmail(this.#random, email) };
    const draft = this.#draft('WEB', customer, day, index, choose, undefined);
    const alone = email === null || email === JUNK_EMAIL;
    const label = owner ?? (alone ? `order-shop-eu-${draft.orderId}` : `guest-${email}`);
    this.#later(webOrder(this.#random, { source: 'shop-eu', owner: label, draft, debtor: undefined }).facts);
  }

  #storeOrder(account: Account | undefined, day: number, index: number, choose: Chooser): void {
    const customer = account === undefined ? anonymous : customerRef(this.#random, account);
    const draft = this.#draft('POS', customer, day, index, choose, undefined);
    const seed: StorySeed = { source: 'pos', owner: account?.owner ?? `order-pos-${draft.orderId}`, draft, debtor: undefined };
    this.#later(storeSale(this.#random, seed).facts);
  }

  #draft(
    channel: 'WEB' | 'POS',
    customer: CustomerRef,
    day: number,
    index: number,
    choose: Chooser,
    person: Person | undefined,
  ): OrderDraft {
    const random = this.#random;
    const location = channel === 'POS' ? STORE_LOCATION : WEB_LOCATION;
    const promotion = promotionOn(index);
    const chosen = new Set(Array.from({ length: 1 + random.geometric(0.5) }, () => choose(random)));
    const lines = [...chosen].map((article, position) => draftLine(random, article, position, location, promotion));
    for (const line of lines) this.#stock.sell(line.sku, location, line.quantity);
    const goods = lines.reduce((sum, line) => sum + line.amount, 0n);
    const voucher = channel === 'WEB' && goods > 300_000n && random.next() < 0.08;
    const number = channel === 'POS' ? (this.#sales += 1) : (this.#webOrders += 1);
    return {
      orderId: channel === 'POS' ? `T${100_000 + number}` : `S${100_000 + number}`,
      channel,
      placedAt: moment(day, 28_800 + random.integer(50_000)),
      customer,
      presentment: person?.presentment ?? null,
      country: channel === 'POS' ? 'DE' : (person?.country ?? 'DE'),
      lines,
      taxPercent: person?.organisation === true ? 19n : 0n,
      shipping: channel === 'WEB' && goods < 500_000n ? 49_000n : 0n,
      discount: voucher ? 50_000n : 0n,
      promotionCodes: [
        ...(lines.some((line) => line.discount > 0n) && promotion ? [promotion.code] : []),
        ...(voucher ? ['VOUCHER5'] : []),
      ],
    };
  }
}

type Chooser = (random: Random) => Article;

/** Draws articles with the chances of one day. */
function chooser(articles: readonly Article[], day: number, index: number): Chooser {
  const bounds: number[] = [];
  let sum = 0;
  for (const article of articles) bounds.push((sum += demandWeight(article, day, index)));
  return (random) => {
    const draw = random.next() * sum;
    let at = 0;
    while ((bounds[at] ?? Infinity) <= draw) at += 1;
    return articles[Math.min(at, articles.length - 1)] as Article;
  };
}
