import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';

const asText = (_key: string, value: unknown): unknown => (typeof value === 'bigint' ? value.toString() : value);

/** The linear history of one cell: a JSON object a line, in the order in which the rig saw things, so that a failure can be explained. */
export class History {
  private readonly began = performance.now();

  constructor(readonly file: string) {
    mkdirSync(dirname(file), { recursive: true });
  }

  note(what: string, fields: Readonly<Record<string, unknown>> = {}): void {
    const seconds = Number(((performance.now() - this.began) / 1000).toFixed(3));
    appendFileSync(this.file, `${JSON.stringify({ seconds, what, ...fields }, asText)}\n`);
  }
}
