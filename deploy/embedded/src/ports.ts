import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import type { Server } from 'node:net';
import { EmbeddedFault } from './embedded-fault.ts';
import { errnoOf } from './errno.ts';

/**
 * `count` different TCP ports of 127.0.0.1 on which nobody listens now. They lie below the range from which the system takes ports
 * for outgoing connections (Linux from 32768, macOS and IANA from 49152): a client that keeps trying a port of that range while its
 * server is down can be given the very port as its own, and the server then finds it busy.
 */
export async function freePorts(count: number): Promise<number[]> {
  const held: Server[] = [];
  const ports: number[] = [];
  try {
    while (ports.length < count) {
      const port = randomInt(15_000, 32_000);
      if (ports.includes(port)) continue;
      const server = await listenOn(port);
      if (server === undefined) continue;
      held.push(server);
      ports.push(port);
    }
  } finally {
    await Promise.all(held.map(closed));
  }
  return ports;
}

/** Throws `port-busy` for the first port on which something listens already, naming the port and the service that wanted it. */
export async function refuseBusyPorts(wanted: readonly { title: string; port: number }[]): Promise<void> {
  for (const [index, { title, port }] of wanted.entries()) {
    const rival = wanted.slice(0, index).find((other) => other.port === port);
    if (rival !== undefined) {
      throw new EmbeddedFault('port-busy', `port ${port} is given to both ${rival.title} and ${title}`, 'give each a port of its own');
    }
    const server = await listenOn(port);
    if (server === undefined) {
      throw new EmbeddedFault(
        'port-busy',
        `port ${port} on 127.0.0.1, wanted for ${title}, is in use by another program`,
        `stop that program (lsof -i :${port} names it) or choose another port for ${title}`,
      );
    }
    await closed(server);
  }
}

/** Undefined when the port is taken, or when this user may not listen on it. */
function listenOn(port: number): Promise<Server | undefined> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', (error) => {
      const code = errnoOf(error);
      if (code === 'EADDRINUSE' || code === 'EACCES') resolve(undefined);
      else reject(error);
    });
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => resolve(server));
  });
}

function closed(server: Server): Promise<void> {
  return new Promise((resolve, reject) => server.close((error) => (error ? reject(error) : resolve())));
}
