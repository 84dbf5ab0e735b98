import { readFileSync } from 'node:fs';
import { configSchema } from './config-schema.ts';
import type { Setting } from './setting.ts';

/** The configuration, typed and checked. */
export type Config = {
  readonly [Key in keyof typeof configSchema]: (typeof configSchema)[Key] extends Setting<infer T> ? T : never;
};

/** One thing wrong with the configuration. */
export interface ConfigProblem {
  readonly name: string;
  readonly why: string;
  /** What may stand there instead. */
  readonly allowed: string;
}

/** The configuration cannot be used; lists everything that is wrong with it. Values are not repeated: they may be secrets. */
export class ConfigFault extends Error {
  override readonly name = 'ConfigFault';

  constructor(readonly problems: readonly ConfigProblem[]) {
    super(`configuration refused:\n${problems.map(({ name, why, allowed }) => `  ${name} ${why} (allowed: ${allowed})`).join('\n')}`);
  }
}

const PREFIX = 'TRIBUTARY_';
const settings = Object.entries(configSchema) as unknown as readonly (readonly [keyof Config, Setting<unknown>])[];
const known = new Set(settings.flatMap(([, { name, secret }]) => (secret === true ? [name, `${name}_FILE`] : [name])));

/**
 * Reads the whole configuration from the environment. An empty value counts as absent; a secret may stand in a file named by
 * `<NAME>_FILE` (its trailing line break is dropped).
 * @throws ConfigFault with every fault: missing, not allowed, given twice, unreadable file, unknown `TRIBUTARY_` name.
 */
export function loadConfig(
  env: Readonly<Record<string, string | undefined>>,
  readText: (path: string) => string = (path) => readFileSync(path, 'utf8'),
): Config {
  const problems: ConfigProblem[] = [];
  const config: Record<string, unknown> = {};
  for (const [key, definition] of settings) {
    const text = textOf(definition, env, readText, problems);
    if (text === undefined) continue;
    const parsed = definition.parse.safeParse(text);
    if (parsed.success) config[key] = parsed.data;
    else problems.push(...parsed.error.issues.map(({ message }) => problem(definition, message)));
  }
  for (const [key, { optional }] of settings) if (optional === true && !(key in config)) config[key] = undefined;
  for (const name of Object.keys(env).sort())
    if (name.startsWith(PREFIX) && !known.has(name)) problems.push({ name, why: 'is no setting of this version', allowed: 'nothing' });
  if (problems.length > 0) throw new ConfigFault(problems);
  return config as Config;
}

const problem = ({ name, allowed }: Setting<unknown>, why: string): ConfigProblem => ({ name, why, allowed });

function textOf(
  definition: Setting<unknown>,
  env: Readonly<Record<string, string | undefined>>,
  readText: (path: string) => string,
  problems: ConfigProblem[],
): string | undefined {
  const { name } = definition;
  const given = env[name] === '' ? undefined : env[name];
  const file = definition.secret === true ? env[`${name}_FILE`] : undefined;
  if (file !== undefined && file !== '') {
    if (given !== undefined) problems.push(problem(definition, `is given twice: as ${name} and as ${name}_FILE`));
    try {
      return readText(file).replace(/\r?\n$/, '');
    } catch (error) {
      problems.push(problem(definition, `cannot be read from the file that ${name}_FILE names: ${(error as NodeJS.ErrnoException).code}`));
      return undefined;
    }
  }
  const text = given ?? definition.fallback;
  if (text === undefined && definition.optional !== true) problems.push(problem(definition, 'is missing'));
  return text;
}
