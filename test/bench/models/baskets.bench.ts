/**
 * Frequent sets and rules, one core. `npx tsx test/bench/models/baskets.bench.ts [--json] [--baskets N] [--csv FILE]`
 * prints a table (or JSON): seconds, sets, rules, peak memory; `--csv` writes the rows so that another library can be timed on the same data.
 */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { associationRules, basketTable, frequentItemSets } from '@tributary/baskets';
import { syntheticBaskets } from '../../support/baskets/synthetic-baskets.ts';

const { values } = parseArgs({
  options: {
    json: { type: 'boolean' },
    baskets: { type: 'string', default: '1000000' },
    csv: { type: 'string' },
    repeats: { type: 'string', default: '3' },
  },
});
const baskets = Number(values.baskets);
const rows = syntheticBaskets(baskets, 5000, 5, 42);
if (values.csv !== undefined)
  writeFileSync(values.csv, `basket,item\n${Array.from(rows.basket, (basket, at) => `${basket},${rows.item[at]}`).join('\n')}\n`);
const basket = Array.from(rows.basket);
const item = Array.from(rows.item);
const seconds: number[] = [];
let sets = 0;
let found = 0;
for (let run = 0; run < Number(values.repeats); run += 1) {
  const start = performance.now();
  const table = basketTable(basket, item);
  if ('refused' in table) throw new Error(table.detail);
  const frequent = frequentItemSets(table, { support: 0.001 });
  if ('refused' in frequent) throw new Error(frequent.detail);
  const rules = associationRules(frequent, { confidence: 0.25 });
  if ('refused' in rules) throw new Error(rules.detail);
  seconds.push((performance.now() - start) / 1000);
  sets = frequent.sets.length;
  found = rules.length;
}
const sorted = [...seconds].sort((a, b) => a - b);
const result = {
  baskets,
  rows: rows.basket.length,
  support: 0.001,
  confidence: 0.25,
  sets,
  rules: found,
  medianSeconds: sorted[sorted.length >> 1],
  seconds,
  peakRssMb: Math.round(process.resourceUsage().maxRSS / 1024),
};
if (values.json === true) console.log(JSON.stringify(result));
else console.table(result);
