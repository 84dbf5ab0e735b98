import { z } from 'zod';
import { BadParameter } from './api-fault.ts';

/** Writes where a page ended, as one opaque word. */
export const writeCursor = (place: readonly string[]): string => Buffer.from(JSON.stringify(place)).toString('base64url');

/**
 * Reads where the next page begins: one text a column of the sort order.
 * @throws BadParameter when it is no cursor of this list.
 */
export function readCursor(cursor: string | undefined, columns: readonly z.ZodType<string>[]): readonly string[] | undefined {
  if (cursor === undefined) return undefined;
  const place = z.tuple(columns as [z.ZodType<string>, ...z.ZodType<string>[]]).safeParse(parse(cursor));
  if (!place.success) throw new BadParameter([{ field: 'after', reason: 'is no cursor of this list' }]);
  return place.data;
}

function parse(cursor: string): unknown {
  try {
    return JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8'));
  } catch {
    return undefined;
  }
}

/** Kinds of columns that a cursor may stand on. */
export const place = {
  time: z.iso.datetime({ offset: true, precision: 6 }),
  decimal: z.string().regex(/^-?\d{1,30}(?:\.\d{1,10})?$/u),
  integer: z.string().regex(/^-?\d{1,18}$/u),
  uuid: z.uuid(),
  text: z.string().max(1000),
  nothing: z.literal(''),
} as const;
