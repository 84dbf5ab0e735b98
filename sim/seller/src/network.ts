import type { Random } from '@tributary/numerics';
import { toDelivery, type Delivery, type Fact } from './fact.ts';
import { DAY, HOUR } from './sim-time.ts';

/** Share of facts that come hours or days late, and of deliveries made again. */
const LATE = 0.03;
const AGAIN = 0.02;

/** The road between the systems and the hub: it delays, overtakes and repeats, and never loses. */
export class Network {
  #onTheWay: Delivery[] = [];

  constructor(private readonly random: Random) {}

  /** Takes facts; each is delivered within half a minute, some late, some twice or more with the same id and content. */
  send(facts: readonly Fact[]): void {
    for (const fact of facts) {
      const late = this.random.next() < LATE ? Math.floor(this.random.exponential(1 / (30 * HOUR))) : 0;
      const delivery = toDelivery(fact, fact.at + this.random.integer(30) * 1_000_000 + late);
      this.#onTheWay.push(delivery);
      while (this.random.next() < AGAIN)
        this.#onTheWay.push({ ...delivery, arrivesAt: delivery.arrivesAt + this.random.integer(3 * 24) * HOUR });
    }
  }

  /** What arrives before the end of a day, in the order of arrival. */
  arrivalsOf(day: number): Delivery[] {
    const end = (day + 1) * DAY;
    const arrived = this.#onTheWay.filter((delivery) => delivery.arrivesAt < end);
    this.#onTheWay = this.#onTheWay.filter((delivery) => delivery.arrivesAt >= end);
    return arrived.sort((a, b) => a.arrivesAt - b.arrivesAt);
  }

  /** Everything still on the way, in the order of arrival. */
  drain(): Delivery[] {
    const rest = this.#onTheWay.sort((a, b) => a.arrivesAt - b.arrivesAt);
    this.#onTheWay = [];
    return rest;
  }
}
