/**
 * Record linkage on one core beside Splink (DuckDB) and recordlinkage on the same people, in turns within one run.
 * `npm run bench -- models --only matching [-- --records N --index N --rounds N]`
 *
 * - pairs scored per second over wide rules, so that pairs dominate: everything included, and blocking and scoring alone (which is what Splink's `predict` does);
 * - untuned from columns to pairs: F1 against the known truth, share of pairs compared;
 * - one new record against an index of `--index` records.
 *
 * Rates and times are of processor time, each side its own, so that a busy machine does not change them much.
 * Ends with 1 when a figure misses its floor, or could not be measured beside the other libraries, and names it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { MatchIndex, acceptPairs, matchRecords, pairMeasures, proposeConfiguration, scoreCandidates } from '@tributary/matching';
import type { MatchConfiguration, MatchResult, RecordTable } from '@tributary/matching';
import { dirtyPeople } from '../../support/matching/dirty-people.ts';
import type { Person } from '../../support/matching/dirty-people.ts';
import { cpuSecondsOf, medianOf, reportFigures } from './model-figures.ts';
import type { ModelFigure } from './model-figures.ts';
import { pairedPeer } from './paired-peer.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    records: { type: 'string', default: '100000' },
    index: { type: 'string', default: '1000000' },
    rounds: { type: 'string', default: '3' },
  },
});
const records = Number(values.records);
const rounds = Number(values.rounds);
/** recordlinkage is slower by an order, and holds all pairs in memory. */
const few = 10_000;
const blocking = ['suburb', 'surname', 'date_of_birth'];

const columnsOf = (people: readonly Person[]): RecordTable['columns'] => ({
  given_name: people.map((p) => p.givenName),
  surname: people.map((p) => p.surname),
  street_number: people.map((p) => p.streetNumber),
  address_1: people.map((p) => p.address1),
  address_2: people.map((p) => p.address2),
  suburb: people.map((p) => p.suburb),
  postcode: people.map((p) => p.postcode),
  state: people.map((p) => p.state),
  date_of_birth: people.map((p) => p.birthDate),
});
const made = (size: number, seed: number): ReturnType<typeof dirtyPeople> =>
  dirtyPeople({
    originals: Math.ceil(size * 0.6),
    duplicates: Math.floor(size * 0.4),
    maxPerOriginal: 3,
    maxErrors: 5,
    households: 0.02,
    seed,
  });
const matched = (columns: RecordTable['columns'], configuration: MatchConfiguration): MatchResult => {
  const result = matchRecords({ columns }, configuration);
  if ('refused' in result) throw new Error(`${result.field}: ${result.detail}`);
  return result;
};

const { people, truth } = made(records, 1);
const columns = columnsOf(people);
const proposal = proposeConfiguration(columns);
if ('refused' in proposal) throw new Error(proposal.detail);
const untuned = proposal.configuration;
const wide: MatchConfiguration = { ...untuned, blocking: blocking.map((column) => ({ atoms: [{ column, key: 'exact' }] })) };

let automatic = matched(columns, untuned);
const automaticSeconds = cpuSecondsOf(() => void (automatic = matched(columns, untuned)));
const { f1, precision, recall } = pairMeasures(acceptPairs(automatic), truth);

const peer = await pairedPeer('matching');
const folder = mkdtempSync(join(tmpdir(), 'tributary-bench-'));
const ours = { whole: [] as number[], scoring: [] as number[] };
const theirs = { splink: [] as number[], recordlinkage: [] as number[] };
let pairs = 0;
try {
  const file = join(folder, 'people.csv');
  const line = (_: unknown, at: number): string =>
    Object.values(columns)
      .map((column) => column[at])
      .join();
  writeFileSync(file, [Object.keys(columns).join(), ...people.map(line)].join('\n'));
  await peer?.ask({ load: file });
  for (let round = 0; round < rounds; round += 1) {
    let result: MatchResult | undefined;
    const whole = cpuSecondsOf(() => void (result = matched(columns, wide)));
    const { model, comparedPairs } = result as unknown as MatchResult;
    let compared = 0;
    const scoring = cpuSecondsOf(() => void (compared = scoreCandidates(model).compared));
    if (compared !== comparedPairs) throw new Error(`${compared} pairs of a trained model, ${comparedPairs} of the whole run`);
    pairs = compared;
    ours.whole.push(compared / whole);
    ours.scoring.push(compared / scoring);
    const splink = await peer?.ask<{ seconds: number; pairs: number }>({ run: 'splink', blocking });
    // Empty cells and capital letters may block otherwise there; the work must be the same in all but a few pairs.
    if (splink !== undefined && Math.abs(splink.pairs / compared - 1) > 0.05)
      throw new Error(`Splink scored ${splink.pairs} pairs, we ${compared}`);
    if (splink !== undefined) theirs.splink.push(splink.pairs / splink.seconds);
    const slow = await peer?.ask<{ seconds: number; pairs: number }>({ run: 'recordlinkage', blocking, records: few });
    if (slow !== undefined) theirs.recordlinkage.push(slow.pairs / slow.seconds);
  }
} finally {
  await peer?.close();
  rmSync(folder, { recursive: true });
}

const peers =
  peer === undefined
    ? []
    : [
        { library: 'Splink', value: medianOf(theirs.splink) },
        { library: `recordlinkage (${few} records)`, value: medianOf(theirs.recordlinkage) },
      ];
const rate = { unit: 'pairs/CPU s', better: 'more', floor: 1_000_000, aim: 2_000_000 } as const;
const figures: ModelFigure[] = [
  { figure: 'pairs scored, everything included', value: medianOf(ours.whole), peers, ...rate },
  { figure: 'pairs scored, blocking included', value: medianOf(ours.scoring), peers, ...rate },
  { figure: `untuned, ${records} records`, value: automaticSeconds, unit: 'CPU s', better: 'less', peers: [] },
  ...(Number(values.index) > 0 ? indexFigures(Number(values.index)) : []),
];
process.exitCode = reportFigures(
  {
    bench: 'models/matching',
    versions: { node: process.version, ...peer?.versions },
    figures,
    unproven: peer === undefined ? ['pairs scored: not measured beside Splink and recordlinkage'] : [],
    notes: {
      pairs,
      f1,
      precision,
      recall,
      comparedPairs: automatic.comparedPairs,
      comparedShare: automatic.comparedPairs / automatic.totalPairs,
      rules: automatic.blocking.rules.length,
      peakRssMb: process.resourceUsage().maxRSS / 1024,
    },
  },
  values.json === true,
);

function indexFigures(size: number): ModelFigure[] {
  const table = columnsOf(made(size, 2).people);
  let whole: MatchResult | undefined;
  const trained = cpuSecondsOf(() => void (whole = matched(table, untuned)));
  const index = new MatchIndex((whole as unknown as MatchResult).model);
  const asked = columnsOf(made(2000, 3).people);
  const times = Array.from({ length: 2000 }, (_, at) => {
    const record = Object.fromEntries(Object.entries(asked).map(([column, cells]) => [column, cells[at]]));
    return 1000 * cpuSecondsOf(() => void index.find(record));
  }).sort((a, b) => a - b);
  const query = { unit: 'CPU ms', better: 'less', floor: 5, peers: [] } as const;
  return [
    { figure: `${size} records end to end`, value: trained, unit: 'CPU s', better: 'less', peers: [] },
    { figure: `one new record against ${size}, median`, value: times[1000] ?? Number.NaN, ...query },
    { figure: `one new record against ${size}, 99th percentile`, value: times[1980] ?? Number.NaN, ...query },
  ];
}
