/**
 * Record linkage, one core. `npx tsx test/bench/models/matching.bench.ts [--json] [--records N] [--index N] [--csv FILE]`
 *
 * - end to end: encode, choose blocking, estimate, block, score (seconds; F1 against the known truth; share of pairs compared);
 * - scored pairs per second, blocking included: a second run with the chosen rules plus wider ones, so that pairs dominate;
 * - one new record against an index of `--index` records (0 leaves it out): median and 99th percentile in milliseconds.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { MatchIndex, acceptPairs, matchRecords, pairMeasures, proposeConfiguration } from '@tributary/matching';
import type { MatchConfiguration, MatchResult, RecordTable } from '@tributary/matching';
import { dirtyPeople } from '../../support/matching/dirty-people.ts';
import type { Person } from '../../support/matching/dirty-people.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    records: { type: 'string', default: '100000' },
    index: { type: 'string', default: '1000000' },
    csv: { type: 'string' },
  },
});
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
const made = (records: number, seed: number): ReturnType<typeof dirtyPeople> =>
  dirtyPeople({
    originals: Math.ceil(records * 0.6),
    duplicates: Math.floor(records * 0.4),
    maxPerOriginal: 3,
    maxErrors: 5,
    households: 0.02,
    seed,
  });
const ok = (result: ReturnType<typeof matchRecords>): MatchResult => {
  if ('refused' in result) throw new Error(`${result.field}: ${result.detail}`);
  return result;
};

const { people, truth } = made(Number(values.records), 1);
const columns = columnsOf(people);
if (values.csv !== undefined)
  writeFileSync(
    values.csv,
    [
      ['truth', ...Object.keys(columns)].join(),
      ...people.map((_, at) => [truth[at], ...Object.values(columns).map((column) => column[at])].join()),
    ].join('\n'),
  );
const proposal = proposeConfiguration(columns);
if ('refused' in proposal) throw new Error(proposal.detail);

let start = performance.now();
const result = ok(matchRecords({ columns }, proposal.configuration));
const seconds = (performance.now() - start) / 1000;
const measured = pairMeasures(acceptPairs(result), truth);

const wide = [
  ...result.blocking.rules.map(({ atoms }) => ({ atoms })),
  { atoms: [{ column: 'suburb', key: 'exact' }] },
  { atoms: [{ column: 'surname', key: 'exact' }] },
];
start = performance.now();
const wideFrom = process.cpuUsage();
const widened = ok(matchRecords({ columns }, { ...proposal.configuration, blocking: wide }));
const wideSeconds = (performance.now() - start) / 1000;
const wideCpu = cpuSince(wideFrom);

const indexed = Number(values.index) > 0 ? measureIndex(Number(values.index), proposal.configuration) : {};
const report = {
  records: people.length,
  seconds,
  comparedPairs: result.comparedPairs,
  comparedShare: result.comparedPairs / result.totalPairs,
  rules: result.blocking.rules.length,
  precision: measured.precision,
  recall: measured.recall,
  f1: measured.f1,
  widePairs: widened.comparedPairs,
  wideSeconds,
  wideCpuSeconds: wideCpu,
  pairsPerCpuSecond: Math.round(widened.comparedPairs / wideCpu),
  pairsPerSecond: Math.round(widened.comparedPairs / wideSeconds),
  ...indexed,
  peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
};
if (values.json === true) console.log(JSON.stringify(report));
else console.table(report);

/** User and system seconds of this process: what a core would take if nothing else ran on it. */
function cpuSince(from: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1e6;
}

function measureIndex(records: number, configuration: MatchConfiguration): Record<string, number> {
  const base = made(records, 2);
  const table = columnsOf(base.people);
  const built = performance.now();
  const whole = ok(matchRecords({ columns: table }, configuration));
  const trained = performance.now();
  const index = new MatchIndex(whole.model);
  const ready = performance.now();
  const asked = columnsOf(made(2000, 3).people);
  const times = Array.from({ length: 2000 }, (_, at) => {
    const record = Object.fromEntries(Object.entries(asked).map(([column, cells]) => [column, cells[at]]));
    const from = performance.now();
    index.find(record);
    return performance.now() - from;
  }).sort((a, b) => a - b);
  return {
    indexRecords: records,
    matchSeconds: (trained - built) / 1000,
    matchPairsPerSecond: Math.round(whole.comparedPairs / ((trained - built) / 1000)),
    indexSeconds: (ready - trained) / 1000,
    queryMedianMs: times[1000] ?? 0,
    queryP99Ms: times[1980] ?? 0,
  };
}
