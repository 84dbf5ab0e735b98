import type { Socket } from 'node:net';
import type { Piece } from './answer-reader.ts';

/** How one direction of a line behaves; shared by all its connections and changed while they live. */
export interface Flow {
  /** Nothing passes, as if every packet got lost; what waits goes on when it opens again, as TCP would send it again. */
  open: boolean;
  /** Milliseconds each piece is on its way. */
  delayMs: number;
  /** Bytes a second; no bound when absent. */
  bytesPerSecond: number | undefined;
}

const MOST_WAITING = 1024 * 1024;
const LOOK_MS = 5;

/** Carries one direction of one connection. */
export class Pump {
  private readonly waiting: { readonly bytes: Buffer; readonly due: number }[] = [];
  private size = 0;
  private timer: NodeJS.Timeout | undefined;
  private freeAt = 0;
  private ended = false;
  /** Nothing more passes on this connection, ever. */
  silenced = false;

  constructor(
    private readonly from: Socket,
    private readonly to: Socket,
    private readonly flow: Flow,
  ) {}

  put(piece: Piece): void {
    this.waiting.push({ bytes: piece.bytes, due: performance.now() + this.flow.delayMs });
    this.size += piece.bytes.length;
    if (this.size > MOST_WAITING) this.from.pause();
    this.run();
  }

  /** The sender has closed: the receiver hears of it after what is still on its way. */
  end(): void {
    this.ended = true;
    this.run();
  }

  private run(): void {
    clearTimeout(this.timer);
    while (this.flow.open && !this.silenced) {
      const [next] = this.waiting;
      if (next === undefined) {
        if (this.ended) this.to.end();
        break;
      }
      const now = performance.now();
      if (Math.max(next.due, this.freeAt) > now) break;
      this.waiting.shift();
      this.size -= next.bytes.length;
      if (this.flow.bytesPerSecond !== undefined) this.freeAt = now + (next.bytes.length / this.flow.bytesPerSecond) * 1000;
      if (this.to.writable) this.to.write(next.bytes);
    }
    if (this.size <= MOST_WAITING) this.from.resume();
    if ((this.waiting.length > 0 || this.ended) && !this.to.destroyed && !this.silenced)
      this.timer = setTimeout(() => this.run(), LOOK_MS).unref();
  }
}
