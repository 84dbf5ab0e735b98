/** A figure that the issue sets a floor or a ceiling for. */
export interface Checked {
  /** The row, in words. */
  readonly row: string;
  /** What was measured; `undefined` when this run did not measure it. */
  readonly value: number | undefined;
  readonly least?: number;
  readonly most?: number;
}

/** What a suite gives back: `report` becomes the JSON file, `samples` the file of every round. */
export interface SuiteResult {
  readonly report: object;
  readonly samples?: object;
  readonly checks: readonly Checked[];
}

/** One line for each figure; those that were missed are named. */
export function judge(checks: readonly Checked[]): { readonly lines: readonly string[]; readonly missed: readonly string[] } {
  const missed: string[] = [];
  const lines = checks.map(({ row, value, least, most }) => {
    const bound = least === undefined ? `at most ${most}` : `at least ${least}`;
    if (value === undefined) return `not measured  ${row} (${bound})`;
    const holds = !Number.isNaN(value) && (least === undefined || value >= least) && (most === undefined || value <= most);
    if (!holds) missed.push(row);
    return `${holds ? 'ok          ' : 'MISSED      '}  ${row}: ${Number(value.toPrecision(4))} (${bound})`;
  });
  return { lines, missed };
}
