import { z } from 'zod';

/** A whole number from `low` to `high`. */
export const integer = (low: number, high: number): z.ZodType<number, string> =>
  z
    .string()
    .regex(/^\d{1,15}$/, 'is no whole number')
    .transform(Number)
    .refine((value) => value >= low && value <= high, `is outside ${low}..${high}`);

/** One of a fixed list of words. */
export const oneOf = <const T extends string>(words: readonly T[]): z.ZodType<T, string> =>
  z.string().transform((text, context) => {
    const word = words.find((candidate) => candidate === text);
    if (word === undefined) context.addIssue({ code: 'custom', message: `is none of ${words.join(', ')}` });
    return word ?? z.NEVER;
  });

/** A comma list of words out of a fixed list, at least one, none twice. */
export const listOf = <const T extends string>(words: readonly T[]): z.ZodType<readonly T[], string> =>
  z.string().transform((text, context) => {
    const parts = text.split(',').map((part) => part.trim());
    const found = words.filter((word) => parts.includes(word));
    const strange = parts.filter((part) => !(words as readonly string[]).includes(part));
    if (strange.length > 0) context.addIssue({ code: 'custom', message: `has ${strange.map((part) => JSON.stringify(part)).join(', ')}` });
    else if (new Set(parts).size !== parts.length) context.addIssue({ code: 'custom', message: 'names one twice' });
    return found;
  });

/** A comma list of `host:port`. */
export const brokers: z.ZodType<readonly string[], string> = z.string().transform((text, context) => {
  const list = text.split(',').map((part) => part.trim());
  for (const broker of list)
    if (!/^(?:[A-Za-z0-9._-]+|\[[0-9a-fA-F:]+\]):\d{1,5}$/.test(broker))
      context.addIssue({ code: 'custom', message: `has ${JSON.stringify(broker.slice(0, 80))}, which is no host:port` });
  return list;
});

/** A URL of one of the given schemes; kept as the text that was given. */
export const url = (...schemes: readonly string[]): z.ZodType<string, string> =>
  z.string().refine((text) => URL.canParse(text) && schemes.includes(new URL(text).protocol.slice(0, -1)), 'is no such URL');

/** A key in hexadecimal of at least `bytes` bytes. */
export const hexKey = (bytes: number): z.ZodType<Buffer, string> =>
  z
    .string()
    .regex(/^(?:[0-9a-fA-F]{2})+$/, 'is not hexadecimal')
    .transform((text) => Buffer.from(text, 'hex'))
    .refine((key) => key.length >= bytes, `is shorter than ${bytes} bytes`);

/** A Standard Webhooks secret: `whsec_` and base64 of 24 to 64 bytes (Standard Webhooks 1.0, "Signature scheme"). */
export const webhookSecret: z.ZodType<string, string> = z.string().refine((text) => {
  const match = /^whsec_([A-Za-z0-9+/]+={0,2})$/.exec(text);
  const length = Buffer.from(match?.[1] ?? '', 'base64').length;
  return length >= 24 && length <= 64;
}, 'is no whsec_ secret of 24 to 64 bytes');

/** A number of bytes, plain or with KiB or MiB. */
export const byteSize = (low: number, high: number): z.ZodType<number, string> =>
  z.string().transform((text, context) => {
    const match = /^(\d{1,12})\s*(KiB|MiB)?$/.exec(text);
    const bytes = Number(match?.[1]) * (match?.[2] === 'MiB' ? 1_048_576 : match?.[2] === 'KiB' ? 1024 : 1);
    if (!(bytes >= low && bytes <= high)) context.addIssue({ code: 'custom', message: `is no size from ${low} to ${high} bytes` });
    return bytes;
  });
