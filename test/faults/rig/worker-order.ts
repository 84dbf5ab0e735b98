import type { AppName } from '@tributary/contracts';
import type { Step } from '@tributary/persistence';

/** What a worker does to itself at a step. */
export type Act =
  /** Ends by SIGKILL. */
  | 'kill'
  /** Stands still by SIGSTOP until it gets SIGCONT. */
  | 'stop'
  /** Waits until the rig says go; the event loop goes on. */
  | 'wait'
  /** Blocks its event loop for `ms`. */
  | 'block'
  /** Waits `ms`; the event loop goes on. */
  | 'sleep';

/** A kill-point: at the `nth` passing of `step`, or at every one from there on. */
export interface At {
  readonly step: Step;
  readonly nth: number;
  readonly act: Act;
  readonly ms?: number;
  readonly every?: boolean;
}

/** What a worker process is to run; sent to it as its first message. */
export interface WorkerOrder {
  readonly apps: readonly AppName[];
  readonly relay: boolean;
  readonly at: readonly At[];
  /** Settings as the environment would give them. */
  readonly env: Readonly<Record<string, string>>;
}

/** What a worker tells. */
export type WorkerWord =
  | { readonly type: 'ready'; readonly addresses: Readonly<Record<string, string>> }
  | { readonly type: 'at'; readonly step: Step; readonly act: Act };
