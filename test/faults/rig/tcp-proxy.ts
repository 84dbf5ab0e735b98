import { createConnection, createServer, type Server, type Socket } from 'node:net';
import type { AnswerReader } from './answer-reader.ts';
import { Pump, type Flow } from './pump.ts';

/** `up` runs from the client to the server, `down` back. */
export type Direction = 'up' | 'down';

/** What to do with an answer: hand it on; drop it alone; drop it and all that follows on its connection; break the connection before it. */
export type Verdict = 'pass' | 'swallow' | 'silence' | 'cut';

const openFlow = (): Flow => ({ open: true, delayMs: 0, bytesPerSecond: undefined });

/** One line between one client process and one server. It can be slow, lose what runs one way, break, refuse, and lose a chosen answer. */
export class TcpProxy {
  private readonly server: Server;
  private readonly sockets = new Set<Socket>();
  private readonly flows: Record<Direction, Flow> = { up: openFlow(), down: openFlow() };
  private refusing = false;
  private cutAfter: number | undefined;
  private judge: ((kind: string) => Verdict) | undefined;

  private constructor(
    readonly port: number,
    private readonly target: () => number,
    private readonly reader: (() => AnswerReader) | undefined,
  ) {
    this.server = createServer((client) => this.accept(client));
  }

  /** Opens a line from `port` to the port that `target` names at each connection. */
  static async open(port: number, target: () => number, reader?: () => AnswerReader): Promise<TcpProxy> {
    const proxy = new TcpProxy(port, target, reader);
    await new Promise<void>((resolve, reject) => {
      proxy.server.once('error', reject);
      proxy.server.listen(port, '127.0.0.1', resolve);
    });
    return proxy;
  }

  /** Each piece is `ms` longer on its way, in one direction or both. */
  delay(ms: number, ...directions: Direction[]): void {
    for (const flow of this.chosen(directions)) flow.delayMs = ms;
  }

  throttle(bytesPerSecond: number, ...directions: Direction[]): void {
    for (const flow of this.chosen(directions)) flow.bytesPerSecond = bytesPerSecond;
  }

  /** Loses everything that runs one way, or both: a black hole. New connections are accepted and hear nothing. */
  lose(...directions: Direction[]): void {
    for (const flow of this.chosen(directions)) flow.open = false;
  }

  /** Breaks every connection with RST and refuses new ones. */
  refuse(): void {
    this.refusing = true;
    this.reset();
  }

  /** Breaks every connection with RST; new ones pass. */
  reset(): void {
    for (const socket of this.sockets) socket.resetAndDestroy();
  }

  /** Breaks the connection over which the n-th byte of answers from now on would pass. */
  cutAfterAnswerBytes(count: number): void {
    this.cutAfter = count;
  }

  /** Asks `judge` about every answer from now on. */
  onAnswer(judge: (kind: string) => Verdict): void {
    this.judge = judge;
  }

  /** Everything passes again; what was held back goes on. */
  heal(): void {
    this.refusing = false;
    this.cutAfter = undefined;
    this.judge = undefined;
    for (const flow of Object.values(this.flows)) Object.assign(flow, openFlow());
  }

  get connections(): number {
    return this.sockets.size / 2;
  }

  async close(): Promise<void> {
    const closed = new Promise((resolve) => this.server.close(resolve));
    for (const socket of this.sockets) socket.destroy();
    await closed;
  }

  private chosen(directions: readonly Direction[]): Flow[] {
    return (directions.length === 0 ? (['up', 'down'] as const) : directions).map((direction) => this.flows[direction]);
  }

  private accept(client: Socket): void {
    if (this.refusing) {
      client.resetAndDestroy();
      return;
    }
    const server = createConnection({ port: this.target(), host: '127.0.0.1' });
    const up = new Pump(client, server, this.flows.up);
    const down = new Pump(server, client, this.flows.down);
    const reader = this.reader?.();
    for (const [socket, other] of [
      [client, server],
      [server, client],
    ] as const) {
      this.sockets.add(socket);
      socket.setNoDelay(true);
      socket.on('error', () => other.resetAndDestroy());
      socket.on('close', () => {
        this.sockets.delete(socket);
        // Whoever closes for good takes the other side along, unless its last bytes are still held back.
        if (socket.errored !== null) other.destroy();
      });
    }
    client.on('end', () => up.end());
    server.on('end', () => down.end());
    client.on('data', (bytes: Buffer) => {
      reader?.asked(bytes);
      up.put({ bytes, kind: undefined });
    });
    server.on('data', (bytes: Buffer) => {
      for (const piece of reader?.answered(bytes) ?? [{ bytes, kind: undefined }]) {
        const verdict = this.verdictOn(piece.kind, piece.bytes.length);
        if (verdict === 'silence') down.silenced = true;
        if (verdict === 'cut') {
          client.resetAndDestroy();
          server.destroy();
        }
        if (verdict !== 'pass') continue;
        down.put(piece);
      }
    });
  }

  private verdictOn(kind: string | undefined, bytes: number): Verdict {
    if (this.cutAfter !== undefined) {
      this.cutAfter -= bytes;
      if (this.cutAfter <= 0) {
        this.cutAfter = undefined;
        return 'cut';
      }
    }
    return kind === undefined ? 'pass' : (this.judge?.(kind) ?? 'pass');
  }
}
