import { parse as parseLossless } from 'lossless-json';
import { z } from 'zod';

/** A system that may send events: its `ce_source`, how its payloads are read, and what it signs with. */
export interface Source {
  readonly name: string;
  /** Folder under libs/connectors/src: which mapping and signature scheme `POST /in/<name>` uses. */
  readonly connector: string;
  /** Without one the source is not authenticated: for loopback and private networks only. */
  readonly secret: string | undefined;
}

const NAME = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;
const DEFAULT_CONNECTOR = 'canonical';

const entry = z.strictObject({
  name: z.string().regex(NAME, 'source names are letters, digits, dot, dash and underscore, at most 64'),
  connector: z.string().regex(NAME).default(DEFAULT_CONNECTOR),
  secret: z.string().min(1).max(512).optional(),
});

/**
 * Reads the sources: a JSON array of `{"name", "connector"?, "secret"?}`, or a comma list of `name[=connector][:secret]`.
 * A name may stand once. Messages never repeat a secret.
 */
export const sourceList: z.ZodType<readonly Source[], string> = z.string().transform((text, context) => {
  const refuse = (message: string): never => {
    context.addIssue({ code: 'custom', message });
    return z.NEVER;
  };
  const trimmed = text.trim();
  if (trimmed === '') return [];
  let raw: unknown;
  try {
    raw = trimmed.startsWith('[') ? parseLossless(trimmed) : trimmed.split(',').map(fromText);
  } catch {
    return refuse('is no JSON array');
  }
  const read = z.array(entry).safeParse(raw);
  if (!read.success)
    return refuse(read.error.issues.map((issue) => `entry ${issue.path.map(String).join('.')}: ${issue.message}`).join('; '));
  const names = read.data.map((source) => source.name);
  const twice = names.filter((name, index) => names.indexOf(name) !== index);
  if (twice.length > 0) return refuse(`names ${twice.join(', ')} twice`);
  return read.data.map(({ name, connector, secret }) => ({ name, connector, secret }));
});

function fromText(part: string): Record<string, string> {
  const [, name = '', connector, secret] = /^\s*([^=:]*?)(?:=([^:]*?))?(?::(.*?))?\s*$/.exec(part) ?? [];
  return { name, ...(connector === undefined ? {} : { connector }), ...(secret === undefined ? {} : { secret }) };
}
