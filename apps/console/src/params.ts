import { reasons, textFault } from '@tributary/contracts';
import { z } from 'zod';
import { customerSorts, explainableCounts, explainableFields, explainableMoney, quarantineStatuses } from './api.ts';
import { BadParameter } from './api-fault.ts';

/** Rows of a page unless asked otherwise, and at most. */
const DEFAULT_ROWS = '50';
const MAX_ROWS = 200;

const text = (most: number) =>
  z
    .string('is given twice or is no text')
    .max(most, `is longer than ${most} characters`)
    .refine((value) => textFault(value, false) === undefined, 'holds characters that are not allowed');
const wanted = text(200)
  .transform((value) => value.trim())
  .default('');
const limit = z
  .string('is given twice')
  .regex(/^\d{1,4}$/u, 'is no whole number')
  .default(DEFAULT_ROWS)
  .transform(Number)
  .refine((rows) => rows >= 1 && rows <= MAX_ROWS, `is not 1 to ${MAX_ROWS}`);
const after = text(2000).optional();
const profileId = z.uuid('is no profile id').transform((id) => id.toLowerCase());
const rowId = z.string().regex(/^[1-9]\d{0,17}$/u, 'is no row id');
const time = z.iso.datetime({ offset: true }).transform((value) => new Date(value));
const currency = z.string('is given twice').regex(/^[A-Z]{3}$/u, 'is no ISO 4217 code');

/** What each route takes. Unknown and repeated parameters are refused. */
export const params = {
  none: z.strictObject({}),
  customers: z.strictObject({ query: wanted, sort: z.enum(customerSorts).default('recent'), limit, after }),
  customer: z.strictObject({ id: profileId }),
  timeline: z.strictObject({ limit, after }),
  why: z.strictObject({
    field: z.enum([...explainableMoney, ...explainableCounts, ...explainableFields]),
    currency: currency.optional(),
    limit,
  }),
  skus: z.strictObject({ query: wanted, limit, after }),
  sku: z.strictObject({ sku: text(300).min(1), location: text(300).min(1) }),
  quarantine: z.strictObject({
    reason: z.enum(reasons).optional(),
    status: z.enum(quarantineStatuses).default('open'),
    limit,
    after,
  }),
  quarantined: z.strictObject({ id: rowId }),
  list: z.strictObject({ limit, after }),
  repair: z
    .strictObject({
      ids: z.array(rowId).min(1).max(1000).optional(),
      reason: z.enum(reasons).optional(),
      contract: text(200).optional(),
      group: text(200).optional(),
      source: text(256).optional(),
      key: text(1000).optional(),
      from: time.optional(),
      to: time.optional(),
      all: z.literal(true).optional(),
      dryRun: z.boolean().default(false),
    })
    .refine(({ dryRun: _dryRun, ...filter }) => Object.values(filter).some((value) => value !== undefined), {
      path: ['all'],
      message: 'is needed when nothing else says which records',
    }),
  edit: z.strictObject({
    data: z.unknown().optional(),
    eventId: text(256).min(1).optional(),
    source: text(256).min(1).optional(),
    time: z.iso.datetime({ offset: true }).optional(),
    type: text(200).min(1).optional(),
  }),
} as const;

/**
 * Reads a route's parameters.
 * @throws BadParameter naming every field that cannot be used, and why.
 */
export function readParams<Schema extends z.ZodType>(schema: Schema, given: unknown): z.output<Schema> {
  const read = schema.safeParse(given ?? {});
  if (read.success) return read.data;
  throw new BadParameter(
    read.error.issues.flatMap((issue) =>
      issue.code === 'unrecognized_keys'
        ? issue.keys.map((key) => ({ field: key.slice(0, 64), reason: 'is no parameter of this request' }))
        : [{ field: issue.path.map(String).join('.'), reason: issue.message }],
    ),
  );
}
