import type { Expectation, Totals } from '../measure/expectation.ts';
import type { BenchDatabase, Stack } from '../stack/stack.ts';

/** What a contestant gets for its turn. */
export interface Turn {
  readonly stack: Stack;
  readonly database: BenchDatabase;
  /** Connections and batch cap of the hub. */
  readonly lanes: number;
  readonly cap: number;
  /** Where each partition of the topic begins. */
  readonly begins: ReadonlyMap<number, bigint>;
  /** Records that were ever written to the topic of activities before this turn. */
  readonly activitiesBefore: bigint;
  readonly expectation: Expectation;
}

/** How far a contestant is: events whose effect is committed, and when that was seen (milliseconds since 1970, with a fraction). */
export interface Progress {
  readonly count: number;
  readonly at: number;
}

/** A contestant at work. */
export interface Running {
  /** Its processes. */
  readonly pids: readonly number[];
  progress(): Promise<Progress>;
  /** Finishes what was begun and ends. Answers the offset after the last record applied, by partition. */
  stop(): Promise<ReadonlyMap<number, bigint>>;
}

/** One who takes part. */
export interface Contestant {
  readonly name: string;
  readonly tables: 'none' | 'hub';
  /** Statements for an own database without the hub's tables. */
  readonly ddl?: string;
  /** Share of the events that goes by before the clock starts: a quarter, more for a JVM. */
  readonly warmUp: number;
  /** Whether it reads the topics that the hub derives. */
  readonly derivedAreRead?: true;
  start(turn: Turn): Promise<Running>;
  /** Where the database knows better than the reports when what was committed: asked after the turn, in the place of what was seen. */
  reports?(turn: Turn): Promise<Progress[]>;
  /** What it says of each customer, after it was stopped. */
  totals(turn: Turn): Promise<Totals>;
  /** Called when every event was applied: waits until what follows from them is done too. */
  settle?(turn: Turn): Promise<void>;
  /** Anything wrong besides counts and money, in words. `settled`: everything that follows from the events is done. */
  complaints?(turn: Turn, applied: number, settled: boolean): Promise<string[]>;
}
