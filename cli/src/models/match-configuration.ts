import { readFile } from 'node:fs/promises';
import { defaultMatchSettings, levelNames, proposeConfiguration } from '@tributary/matching';
import type { FieldConfiguration, FieldKind, MatchConfiguration, RecordTable } from '@tributary/matching';
import { z } from 'zod';
import { exitCode } from '../exit-code.ts';
import { VerbFault } from '../verb-fault.ts';

const fieldSchema = z.strictObject({
  column: z.string(),
  kind: z.enum(Object.keys(levelNames) as [FieldKind, ...FieldKind[]]),
  swapsWith: z.string().optional(),
  country: z.string().length(2).optional(),
});
const fileSchema = z.strictObject({
  fields: z.array(fieldSchema).min(1).optional(),
  blocking: z
    .union([z.literal('auto'), z.array(z.strictObject({ atoms: z.array(z.strictObject({ column: z.string(), key: z.string() })) }))])
    .optional(),
  comparedShare: z.number().optional(),
  threshold: z
    .union([z.literal('best-f1'), z.strictObject({ precision: z.number() }), z.strictObject({ probability: z.number() })])
    .optional(),
  oneToOne: z.boolean().optional(),
  seed: z.int().optional(),
});

/** A configuration and, where columns were looked at to make it, why each is used or left out. */
export interface UsedConfiguration {
  readonly configuration: MatchConfiguration;
  readonly proposed?: readonly { readonly column: string; readonly kind: string; readonly because: string }[];
}

/**
 * The configuration of a run: that of the file, completed by what holds by default; fields are proposed from the columns when the file has none.
 * Throws {@link VerbFault}: no such file, no JSON, a member that is not known or has a wrong type (named by its path), nothing to compare.
 */
export async function configurationOf(path: string | undefined, columns: RecordTable['columns']): Promise<UsedConfiguration> {
  const { fields, ...settings } = path === undefined ? {} : await readConfiguration(path);
  const given = Object.fromEntries(Object.entries(settings).filter(([, value]) => value !== undefined));
  const all = { ...defaultMatchSettings, ...given };
  if (fields !== undefined) return { configuration: { ...all, fields: fields.map(fieldOf) } };
  const proposal = proposeConfiguration(columns);
  if ('refused' in proposal)
    throw new VerbFault(`no configuration can be proposed, give one with --config: ${proposal.detail}`, exitCode.usage);
  return { configuration: { ...proposal.configuration, ...given }, proposed: proposal.columns };
}

const fieldOf = ({ column, kind, swapsWith, country }: z.infer<typeof fieldSchema>): FieldConfiguration => ({
  column,
  kind,
  ...(swapsWith === undefined ? {} : { swapsWith }),
  ...(country === undefined ? {} : { country }),
});

async function readConfiguration(path: string): Promise<z.infer<typeof fileSchema>> {
  const text = await readFile(path, 'utf8').catch(() => {
    throw new VerbFault(`there is no file ${path}`, exitCode.notFound);
  });
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new VerbFault(`${path} is no JSON: ${(error as Error).message}`, exitCode.usage);
  }
  const checked = fileSchema.safeParse(value);
  if (checked.success) return checked.data;
  const faults = checked.error.issues.map(({ path: at, message }) => `${at.length === 0 ? 'the whole' : at.join('.')}: ${message}`);
  throw new VerbFault(`${path} is no configuration: ${faults.join('; ')}`, exitCode.usage);
}
