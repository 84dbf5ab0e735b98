import { connect, type Socket } from 'node:net';
import type { Cell } from '../cell.ts';
import { makeFacts } from '../oracle/make-facts.ts';
import type { CellRig } from '../rig/cell-rig.ts';
import { acceptable, Sender } from '../rig/sender.ts';
import { withSender } from './with-sender.ts';

const SOCKETS = 5_000;
const AT_ONCE = 200;
const HEAD = 'POST /events HTTP/1.1\r\nHost: hub\r\nContent-Type: application/cloudevents+json\r\n';

/** What a slow client sends of its request: nothing, half a head, or a head and the first bytes of its body. */
const STARTS = ['', `${HEAD}X-Slow: `, `${HEAD}Content-Length: 1000\r\n\r\n{"spec`];

/** Sockets that will never finish what they began; `open` counts those the server has not closed. */
class Hangers {
  open = 0;
  private readonly sockets: Socket[] = [];

  async add(address: string, count: number): Promise<void> {
    const { hostname, port } = new URL(address);
    for (let from = 0; from < count; from += AT_ONCE)
      await Promise.all(
        Array.from({ length: Math.min(AT_ONCE, count - from) }, (_, index) => this.one(hostname, Number(port), from + index)),
      );
  }

  /** Each that is still open sends one byte more, as slow-loris does. */
  drip(): void {
    for (const socket of this.sockets) if (socket.writable) socket.write('a');
  }

  destroy(): void {
    for (const socket of this.sockets) socket.destroy();
  }

  private one(host: string, port: number, index: number): Promise<void> {
    return new Promise((resolve, reject) => {
      const socket = connect(port, host, () => {
        this.open += 1;
        socket.once('close', () => (this.open -= 1));
        const start = STARTS[index % STARTS.length] ?? '';
        if (start !== '') socket.write(start);
        if (start !== '') this.sockets.push(socket);
        resolve();
      });
      socket.on('error', reject).resume();
      // The server's farewell ends the socket; without this the client would keep its half open.
      socket.on('end', () => socket.destroy());
    });
  }
}

async function hang(rig: CellRig): Promise<Sender> {
  const [gateway] = await Promise.all([rig.up({ apps: ['gateway'], relay: false, line: 1 }), rig.up()]);
  const address = (await gateway.ready).gateway ?? '';
  const sender = new Sender(rig, () => address);
  const hangers = new Hangers();
  try {
    const began = performance.now();
    await hangers.add(address, SOCKETS);
    rig.history.note('sockets hang', { open: hangers.open });
    const dripping = setInterval(() => hangers.drip(), 1_000);
    try {
      await sender.post(acceptable(makeFacts({ seed: rig.id, people: 10, each: 14 })), { lanes: 2, perSecond: 20 });
      await rig.until(() => hangers.open === 0, 'every hanging socket is closed', 60_000);
    } finally {
      clearInterval(dripping);
    }
    rig.history.note('sockets closed', { afterMs: Math.round(performance.now() - began) });
  } finally {
    hangers.destroy();
  }
  rig.faultOver();
  const times = sender.attempts.map(({ began, ended }) => ended - began).sort((left, right) => left - right);
  const p99 = times[Math.ceil(times.length * 0.99) - 1] ?? Number.POSITIVE_INFINITY;
  rig.history.note('healthy requests', { count: times.length, p99 });
  rig.demand(
    sender.attempts.every(({ status }) => status === 202),
    'a healthy request was not taken at the first attempt',
  );
  rig.demand(p99 < 500, `p99 of healthy requests was ${Math.round(p99)} ms`);
  return sender;
}

/** F07: clients that never come to the end of their request. */
export const gatewaySockets: readonly Cell[] = [
  {
    id: 'F07',
    component: 'gateway',
    fault: 'slow-loris, 5,000 half-open sockets',
    how: '5,000 sockets that send nothing, half a head, or a body of one byte a second, while healthy senders go on; the deadlines of the gateway must close every one',
    recovery: 2,
    ...withSender(hang),
  },
];
