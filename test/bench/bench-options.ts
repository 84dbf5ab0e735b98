import { parseArgs } from 'node:util';
import type { KeySpread } from './workload/workload.ts';

/** Options of the data plane's suites; a suite takes those it knows a use for. */
export interface BenchOptions {
  readonly json: string | undefined;
  /** Every measurement of every round, beside the medians. */
  readonly samples: string | undefined;
  readonly rounds: number;
  readonly events: number;
  /** Bound of one contestant's turn; the slow ones are judged by what they did in this time. */
  readonly seconds: number;
  readonly minutes: number;
  readonly contestants: readonly string[] | undefined;
  readonly keys: readonly KeySpread[];
  readonly processes: readonly number[];
  readonly batch: readonly number[];
  /** Events a second of the intake that goes on in `backlog`. */
  readonly rate: number;
  /** Events a second that the hub sustains, when it was measured before. */
  readonly sustained: number | undefined;
}

/** Defaults that differ by suite. */
export type BenchDefaults = Partial<Pick<BenchOptions, 'rounds' | 'events' | 'seconds' | 'minutes' | 'keys' | 'batch'>>;

/** A wrong option: one line that says what is wrong. */
export class WrongOption extends Error {
  override readonly name = 'WrongOption';
}

const NAMES = [
  'json',
  'samples',
  'rounds',
  'events',
  'seconds',
  'minutes',
  'contestants',
  'keys',
  'processes',
  'batch',
  'sustained',
  'rate',
] as const;

/** Reads the options of a suite. Throws `WrongOption`. */
export function readOptions(args: readonly string[], defaults: BenchDefaults = {}): BenchOptions {
  let values: Partial<Record<(typeof NAMES)[number], string>>;
  try {
    const options = Object.fromEntries(NAMES.map((name) => [name, { type: 'string' as const }]));
    values = parseArgs({ args: [...args], options }).values as typeof values;
  } catch (error) {
    throw new WrongOption((error as Error).message);
  }
  const amount = (name: (typeof NAMES)[number], fallback: number, least: number): number => {
    const text = values[name];
    const value = text === undefined ? fallback : Number(text);
    if (!Number.isFinite(value) || value < least) throw new WrongOption(`--${name} takes a number of at least ${least}, got ${text}`);
    return value;
  };
  const whole = (name: (typeof NAMES)[number], fallback: number): number => {
    const value = amount(name, fallback, 1);
    if (!Number.isInteger(value)) throw new WrongOption(`--${name} takes a whole number, got ${value}`);
    return value;
  };
  const list = (name: (typeof NAMES)[number]): string[] | undefined => values[name]?.split(',').filter((item) => item !== '');
  const numbers = (name: (typeof NAMES)[number], fallback: readonly number[]): readonly number[] => {
    const found = list(name)?.map(Number) ?? fallback;
    if (found.length === 0 || found.some((value) => !Number.isInteger(value) || value < 1))
      throw new WrongOption(`--${name} takes whole numbers with commas between, got ${values[name]}`);
    return found;
  };
  const keys = list('keys') ?? defaults.keys ?? ['uniform'];
  if (!keys.every((name): name is KeySpread => name === 'uniform' || name === 'zipf'))
    throw new WrongOption(`--keys takes uniform, zipf or both with a comma, got ${values.keys}`);
  return {
    json: values.json,
    samples: values.samples,
    rounds: whole('rounds', defaults.rounds ?? 5),
    events: whole('events', defaults.events ?? 400_000),
    seconds: amount('seconds', defaults.seconds ?? 12, 1),
    minutes: amount('minutes', defaults.minutes ?? 10, 0.01),
    contestants: list('contestants'),
    keys,
    processes: numbers('processes', [1]),
    batch: numbers('batch', defaults.batch ?? [2_000]),
    rate: whole('rate', 1_000),
    sustained: values.sustained === undefined ? undefined : amount('sustained', 0, 1),
  };
}
