import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import type { Step } from '@tributary/persistence';
import type { Mutant } from '../mutants/mutant.ts';
import type { History } from './history.ts';
import type { WorkerOrder, WorkerWord } from './worker-order.ts';

const WORKER = fileURLToPath(new URL('./hub-worker.ts', import.meta.url));
const MUTATE = fileURLToPath(new URL('../mutants/mutate.mjs', import.meta.url));

/** How to start a worker process, beside its order. */
export interface HubProcessOptions {
  readonly name: string;
  readonly order: WorkerOrder;
  readonly logFile: string;
  readonly history: History;
  /** The mutant to load it with. */
  readonly mutant: Mutant | undefined;
  /** Added to its environment: a preloaded library, say. */
  readonly env?: Readonly<Record<string, string>>;
}

/** A process of the hub, held by its id. */
export class HubProcess {
  private readonly child: ChildProcess;
  private readonly gone: Promise<number | string>;
  private ended: number | string | undefined;
  private expected = false;
  private readonly steps = new Set<string>();
  readonly startedAt = performance.now();
  upAt: number | undefined;
  /** Addresses of what it serves, when it is up. */
  readonly ready: Promise<Readonly<Record<string, string>>>;

  constructor(private readonly options: HubProcessOptions) {
    const { name, order, logFile, history, mutant, env } = options;
    const preload = mutant === undefined ? [] : ['--import', MUTATE];
    this.child = spawn(process.execPath, ['--import', 'tsx', ...preload, WORKER], {
      stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      env: {
        PATH: process.env.PATH,
        HOME: process.env.HOME,
        ...env,
        ...(mutant === undefined ? {} : { FAULTS_MUTANT: JSON.stringify(mutant) }),
      },
    });
    // Of its own from the start: what an earlier run of the cell logged is not this process's doing.
    const log = createWriteStream(logFile, { flags: 'w' });
    this.child.stdout?.pipe(log, { end: false });
    this.child.stderr?.pipe(log, { end: false });
    history.note('worker starts', { name, pid: this.child.pid, apps: order.apps, relay: order.relay, at: order.at, log: logFile });
    this.gone = once(this.child, 'exit').then(([code, signal]: (number | string | null)[]) => {
      this.ended = code ?? signal ?? 'unknown';
      history.note('worker ended', { name, how: this.ended });
      return this.ended;
    });
    this.ready = new Promise((resolve, reject) => {
      this.child.on('message', (word: WorkerWord) => {
        if (word.type === 'ready') resolve(word.addresses);
        else {
          history.note('worker at step', { name, step: word.step, act: word.act });
          this.steps.add(word.step);
          if (word.act === 'kill') this.expected = true;
        }
      });
      void this.gone.then((how) => reject(new Error(`worker ${name} ended (${how}) before it was up; its log: ${logFile}`)));
    });
    // Looked at by whoever waits for it; a worker that is to die while it starts has nobody who does.
    this.ready.then(
      () => {
        this.upAt = performance.now();
        history.note('worker is up', { name });
      },
      () => undefined,
    );
    this.child.send(order);
  }

  get apps(): WorkerOrder['apps'] {
    return this.options.order.apps;
  }

  get name(): string {
    return this.options.name;
  }

  get pid(): number {
    return this.child.pid ?? 0;
  }

  get alive(): boolean {
    return this.ended === undefined;
  }

  /** Ended though nobody asked it to. */
  get crashed(): boolean {
    return this.ended !== undefined && !this.expected;
  }

  /** Everything it has logged. */
  get log(): string {
    return readFileSync(this.options.logFile, 'utf8');
  }

  /** Exit code or signal. */
  end(): Promise<number | string> {
    return this.gone;
  }

  /** Resolves when it has come to a step it was told to act at. */
  reached(step: Step): Promise<void> {
    return new Promise((resolve, reject) => {
      if (this.steps.has(step)) resolve();
      this.child.on('message', (word: WorkerWord) => {
        if (word.type === 'at' && word.step === step) resolve();
      });
      void this.gone.then((how) => reject(new Error(`worker ${this.name} ended (${how}) before ${step}`)));
    });
  }

  /** Lets it go on from a step at which it waits. */
  go(): void {
    this.child.send('go');
  }

  signal(signal: 'SIGSTOP' | 'SIGCONT' | 'SIGTERM' | 'SIGKILL'): void {
    if (signal === 'SIGTERM' || signal === 'SIGKILL') this.expected = true;
    this.options.history.note('signal', { name: this.name, signal });
    this.child.kill(signal);
  }

  async kill(): Promise<void> {
    if (!this.alive) return;
    this.signal('SIGKILL');
    await this.gone;
  }
}
