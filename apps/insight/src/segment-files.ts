import { readdirSync, readFileSync } from 'node:fs';
import { segmentRuleSchema, type SegmentRule } from './segment-rule.ts';

/** The segment files that ship with the app. */
const FOLDER = new URL('../segments/', import.meta.url);

/** Reads every segment file once, at start. Throws with the file and what is wrong with it; two files of one name are a fault. */
export function loadSegments(folder: URL = FOLDER): SegmentRule[] {
  const rules = readdirSync(folder)
    .filter((file) => file.endsWith('.json'))
    .sort()
    .map((file) => {
      const read = segmentRuleSchema.safeParse(parse(file, readFileSync(new URL(file, folder), 'utf8')));
      if (!read.success)
        throw new TypeError(
          `segment file ${file}: ${read.error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')}`,
        );
      return read.data;
    });
  const names = rules.map((rule) => rule.name);
  const double = names.find((name, index) => names.indexOf(name) !== index);
  if (double !== undefined) throw new TypeError(`two segment files are named ${double}`);
  return rules;
}

function parse(file: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new TypeError(`segment file ${file}: ${(error as Error).message}`, { cause: error });
  }
}
