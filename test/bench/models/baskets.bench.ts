/**
 * Frequent sets and rules on one core, beside mlxtend on the same baskets, in turns within one run.
 * `npm run bench -- models --only baskets [-- --baskets N --paired N --rounds N]`
 *
 * From two columns to rules, in processor seconds, each side its own; the pair runs on `--paired` baskets, because mlxtend takes minutes for a million.
 * Ends with 1 when a figure misses its floor, or could not be measured beside mlxtend, and names it.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { associationRules, basketTable, frequentItemSets } from '@tributary/baskets';
import { syntheticBaskets } from '../../support/baskets/synthetic-baskets.ts';
import { cpuSecondsOf, medianOf, reportFigures } from './model-figures.ts';
import { pairedPeer } from './paired-peer.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    baskets: { type: 'string', default: '1000000' },
    paired: { type: 'string', default: '50000' },
    rounds: { type: 'string', default: '3' },
  },
});
const [support, confidence] = [0.001, 0.25];
const rounds = Number(values.rounds);
const scale = Number(values.baskets) / 1_000_000;

interface Columns {
  readonly baskets: number;
  readonly basket: readonly number[];
  readonly item: readonly number[];
}
interface Mined {
  readonly sets: number;
  readonly rules: number;
}

/** Every basket has its row, so that the two sides divide by the same number. */
const columnsOf = (baskets: number): Columns => {
  const rows = syntheticBaskets(baskets, 5000, 5, 42);
  return { baskets, basket: Array.from(rows.basket), item: Array.from(rows.item) };
};
const mine = ({ basket, item }: Columns): Mined => {
  const table = basketTable(basket, item);
  if ('refused' in table) throw new Error(table.detail);
  const frequent = frequentItemSets(table, { support });
  if ('refused' in frequent) throw new Error(frequent.detail);
  const rules = associationRules(frequent, { confidence });
  if ('refused' in rules) throw new Error(rules.detail);
  return { sets: frequent.sets.length, rules: rules.length };
};

const many = columnsOf(Number(values.baskets));
let mined = mine(many);
const whole = Array.from({ length: rounds }, () => cpuSecondsOf(() => void (mined = mine(many))));
const peakGigabytes = process.resourceUsage().maxRSS / 2 ** 20;

const few = columnsOf(Number(values.paired));
const [ours, theirs]: [number[], number[]] = [[], []];
const peer = await pairedPeer('baskets');
const folder = mkdtempSync(join(tmpdir(), 'tributary-bench-'));
try {
  const file = join(folder, 'baskets.csv');
  // An item twice in a basket is one item; the matrix on the other side would count it twice.
  const rows = new Set(few.basket.map((basket, at) => `${basket},${few.item[at]}`));
  writeFileSync(file, `basket,item\n${[...rows].join('\n')}\n`);
  await peer?.ask({ load: file, baskets: few.baskets });
  for (let round = 0; round < rounds; round += 1) {
    let own: Mined | undefined;
    ours.push(cpuSecondsOf(() => void (own = mine(few))));
    const other = await peer?.ask<Mined & { seconds: number }>({ run: 'mlxtend', support, confidence });
    if (other === undefined) continue;
    if (other.sets !== own?.sets || other.rules !== own.rules)
      throw new Error(`mlxtend found ${other.sets} sets and ${other.rules} rules, we ${own?.sets} and ${own?.rules}`);
    theirs.push(other.seconds);
  }
} finally {
  await peer?.close();
  rmSync(folder, { recursive: true });
}

process.exitCode = reportFigures(
  {
    bench: 'models/baskets',
    versions: { node: process.version, ...peer?.versions },
    figures: [
      {
        figure: `sets and rules of ${many.baskets} baskets`,
        value: medianOf(whole),
        unit: 'CPU s',
        floor: 5 * scale,
        aim: 1.5 * scale,
        better: 'less',
        peers: [],
      },
      { figure: `peak memory of it`, value: peakGigabytes, unit: 'GB', floor: 1, aim: 0.6, better: 'less', peers: [] },
      {
        figure: `sets and rules of ${few.baskets} baskets`,
        value: medianOf(ours),
        unit: 'CPU s',
        better: 'less',
        peers: peer === undefined ? [] : [{ library: 'mlxtend', value: medianOf(theirs) }],
      },
    ],
    unproven: peer === undefined ? ['sets and rules: not measured beside mlxtend'] : [],
    notes: { rows: many.basket.length, support, confidence, ...mined },
  },
  values.json === true,
);
