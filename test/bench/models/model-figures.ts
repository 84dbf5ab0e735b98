/** One measured figure of a model's bench, beside the floor and the aim it is held to and the libraries it is paired with. */
export interface ModelFigure {
  readonly figure: string;
  readonly value: number;
  readonly unit: string;
  /** A rate is at least this, a time or a size at most. Absent: shown only. */
  readonly floor?: number;
  readonly aim?: number;
  readonly better: 'more' | 'less';
  /** What the same work is worth in another library, in the same unit. */
  readonly peers: readonly { readonly library: string; readonly value: number }[];
}

export interface ModelReport {
  readonly bench: string;
  readonly versions: Readonly<Record<string, string>>;
  readonly figures: readonly ModelFigure[];
  /** What could not be measured at all, and why. Counts as missed. */
  readonly unproven: readonly string[];
  /** Further numbers that are no speed. */
  readonly notes?: Readonly<Record<string, number>>;
}

/** How many times better than the other library: above 1 is ours. */
const ratioOf = ({ value, better }: ModelFigure, peer: number): number => (better === 'more' ? value / peer : peer / value);
const meets = ({ value, better }: ModelFigure, bound: number): boolean => (better === 'more' ? value >= bound : value <= bound);
const short = (value: number): string =>
  Math.abs(value) >= 1000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));

/** Prints the report (JSON on `json`), names every miss on standard error, and answers the exit code: 1 when anything was missed. */
export function reportFigures(report: ModelReport, json: boolean): number {
  const misses = [
    ...report.figures.flatMap((own) =>
      own.floor === undefined || meets(own, own.floor)
        ? []
        : [`${own.figure}: ${short(own.value)} ${own.unit}, ${own.better === 'more' ? 'at least' : 'at most'} ${short(own.floor)}`],
    ),
    ...report.unproven,
  ];
  const figures = report.figures.map((own) => ({
    ...own,
    peers: own.peers.map(({ library, value }) => ({ library, value, ratio: ratioOf(own, value) })),
  }));
  if (json) console.log(JSON.stringify({ ...report, figures, misses }, null, 2));
  else {
    console.log(
      Object.entries(report.versions)
        .map(([name, version]) => `${name} ${version}`)
        .join(', '),
    );
    console.table(
      figures.map((own) => ({
        figure: own.figure,
        measured: `${short(own.value)} ${own.unit}`,
        floor: own.floor === undefined ? '' : short(own.floor),
        aim: own.aim === undefined ? '' : short(own.aim),
        met: own.floor === undefined ? '' : !meets(own, own.floor) ? 'NO' : own.aim === undefined || meets(own, own.aim) ? 'yes' : 'floor',
        beside: own.peers.map(({ library, value, ratio }) => `${library} ${short(value)}: ${short(ratio)}×`).join('; '),
      })),
    );
    if (report.notes !== undefined)
      console.table(Object.fromEntries(Object.entries(report.notes).map(([name, value]) => [name, short(value)])));
  }
  for (const miss of misses) process.stderr.write(`${report.bench}: MISSED ${miss}\n`);
  return misses.length === 0 ? 0 : 1;
}

/** User and system seconds of this process that some work takes: what a core would need if nothing else ran on it. */
export function cpuSecondsOf(work: () => void): number {
  const from = process.cpuUsage();
  work();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1e6;
}

/** The middle of several measurements; the upper of the two for an even number. */
export function medianOf(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[values.length >> 1] ?? Number.NaN;
}
