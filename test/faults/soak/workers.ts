import type { CellRig } from '../rig/cell-rig.ts';
import type { HubProcess } from '../rig/hub-process.ts';

/** The processes of a soak, each on lines of its own: one that ended, by whatever, is started again, as a supervisor would. */
export class Workers {
  private readonly running: HubProcess[] = [];
  private stopped = false;
  private feeding = true;
  private sending: Promise<void> = Promise.resolve();

  constructor(private readonly rig: CellRig) {}

  async start(count: number): Promise<void> {
    for (let line = 0; line < count; line += 1) this.keep(line);
    await Promise.all(this.running.map((worker) => worker.ready));
  }

  at(line: number): HubProcess {
    const worker = this.running[line];
    if (worker === undefined) throw new RangeError(`no worker on line ${line}`);
    return worker;
  }

  async kill(line: number): Promise<void> {
    await this.at(line).kill();
  }

  /** No more is started again. */
  stop(): void {
    this.stopped = true;
  }

  /** Sends unless the broker is being broken. */
  async feed(send: () => Promise<void>): Promise<void> {
    if (!this.feeding) return;
    this.sending = send();
    await this.sending;
  }

  async withoutFeed(work: () => Promise<void>): Promise<void> {
    this.rig.senderUnsure = true;
    this.feeding = false;
    await this.sending;
    try {
      await work();
    } finally {
      this.feeding = true;
    }
  }

  private keep(line: number): void {
    const worker = this.rig.start({ apps: ['profile', 'insight'], line });
    this.running[line] = worker;
    void worker.end().then(async () => {
      if (this.stopped) return;
      await this.rig.pause(500);
      if (!this.stopped) this.keep(line);
    });
  }
}
