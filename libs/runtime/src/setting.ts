import type { z } from 'zod';

/** One configuration value: where it is read from, what it may be, and what it means. */
export interface Setting<T> {
  /** Name of the environment variable. */
  readonly name: string;
  readonly doc: string;
  /** What is allowed, in words: shown in the documentation and with every fault. */
  readonly allowed: string;
  /** Turns the text into the value. */
  readonly parse: z.ZodType<T, string>;
  /** Text used when the variable is absent; without it and without `optional` the variable is required. */
  readonly fallback?: string;
  /** The value may be absent and is then `undefined`. */
  readonly optional?: boolean;
  /** Never shown; may also come from a file named by `<NAME>_FILE`. */
  readonly secret?: boolean;
}

/** Declares a setting that has a value, given or by default. */
export const setting = <T>(definition: Omit<Setting<T>, 'optional'>): Setting<T> => definition;

/** Declares a setting that may be absent. */
export const optionalSetting = <T>(definition: Omit<Setting<T>, 'optional' | 'fallback'>): Setting<T | undefined> => ({
  ...definition,
  optional: true,
});
