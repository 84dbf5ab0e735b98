import { connect } from 'node:net';

/**
 * Opens a connection to a port of 127.0.0.1, sends one request and answers the first bytes of the reply, at least `atLeast` of them;
 * undefined when nobody listens, the connection ends early, or nothing came within a second.
 */
export function askPort(port: number, request: Uint8Array, atLeast: number): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    let reply = Buffer.alloc(0);
    const socket = connect({ port, host: '127.0.0.1' });
    const done = (answer: Buffer | undefined) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setTimeout(1_000, () => done(undefined));
    // Refused or cut: the service is not there yet, which is the question asked.
    socket.on('error', () => done(undefined));
    socket.on('close', () => done(undefined));
    socket.on('connect', () => socket.write(request));
    socket.on('data', (bytes: Buffer) => {
      reply = Buffer.concat([reply, bytes]);
      if (reply.length >= atLeast) done(reply);
    });
  });
}
