import { associationRules, basketTable, frequentItemSets } from '@tributary/baskets';
import type { AssociationRule, BasketRefusal } from '@tributary/baskets';
import { exitCode } from '../exit-code.ts';
import { table as asTable } from '../output.ts';
import { VerbFault } from '../verb-fault.ts';
import { deliver, figure } from './answer.ts';
import type { Delivery } from './answer.ts';
import { findColumns, labelColumn } from './read-columns.ts';
import type { Role } from './read-columns.ts';
import { readTable } from './read-table.ts';
import type { Terminal } from './terminal.ts';

/** What to look for. */
export interface BasketOptions {
  readonly file: string;
  /** Least share of baskets. */
  readonly support: number;
  readonly confidence: number;
  readonly lift: number | undefined;
  /** Most items of a rule, both sides together. */
  readonly maxLength: number | undefined;
}

const ROLES = {
  basket: { names: ['basket', 'basket_id', 'order', 'order_id', 'invoice', 'invoiceno', 'transaction'] },
  item: { names: ['item', 'item_id', 'sku', 'product', 'stockcode'] },
} satisfies Record<string, Role>;
const SHOWN = 20;
const SEPARATOR = '; ';

/** `tributary baskets rules`: who takes these also takes those, strongest lift first. */
export async function basketRulesVerb(options: BasketOptions, delivery: Delivery, terminal: Terminal): Promise<void> {
  const { file, support, confidence, lift, maxLength } = options;
  let names: Readonly<Record<keyof typeof ROLES, string | undefined>> | undefined;
  const rows = await readTable(
    file,
    (header) => {
      names = findColumns(file, header, ROLES);
      return Object.values(names).filter((name) => name !== undefined);
    },
    terminal,
  );
  const { basket = '', item = '' } = names ?? {};
  const started = performance.now();
  const table = answered(file, basketTable(labelColumn(rows, basket), labelColumn(rows, item)));
  const frequent = answered(file, frequentItemSets(table, { support, ...(maxLength === undefined ? {} : { maxLength }) }));
  const rules = answered(file, associationRules(frequent, { confidence, ...(lift === undefined ? {} : { lift }) }));
  const seconds = (performance.now() - started) / 1000;
  await deliver(terminal, delivery, {
    table: {
      header: ['antecedent', 'consequent', 'count', 'support', 'confidence', 'lift', 'leverage', 'conviction'],
      rows: function* () {
        for (const rule of rules)
          yield [
            rule.antecedent.join(SEPARATOR),
            rule.consequent.join(SEPARATOR),
            rule.count,
            rule.support,
            rule.confidence,
            rule.lift,
            rule.leverage,
            rule.conviction,
          ];
      },
    },
    summary: {
      file,
      baskets: table.baskets,
      items: table.items.length,
      support,
      confidence,
      leastCount: frequent.leastCount,
      frequentSets: frequent.sets.length,
      ruleCount: rules.length,
      seconds,
    },
    // JSON has no infinity: a rule without exception has no conviction there.
    details: () => ({ rules: rules.map((rule) => ({ ...rule, conviction: Number.isFinite(rule.conviction) ? rule.conviction : null })) }),
    words: () =>
      words(
        rules,
        `${table.baskets} baskets, ${table.items.length} items, ${frequent.sets.length} frequent sets, ${rules.length} rules, ${seconds.toFixed(2)} s`,
      ),
  });
}

function words(rules: readonly AssociationRule[], first: string): string {
  const rows = rules.slice(0, SHOWN).map((rule) => ({
    'who takes': rule.antecedent.join(SEPARATOR),
    'also takes': rule.consequent.join(SEPARATOR),
    baskets: rule.count,
    confidence: figure(rule.confidence),
    lift: figure(rule.lift),
  }));
  return [first, ...(rows.length === 0 ? [] : [asTable(rows)]), ...(rules.length > SHOWN ? [`and ${rules.length - SHOWN} more`] : [])].join(
    '\n',
  );
}

function answered<T extends object>(file: string, answer: T | BasketRefusal): T {
  if (!('refused' in answer)) return answer as T;
  const option = ['support', 'confidence', 'lift', 'maxLength'].includes(answer.field);
  if (option) throw new VerbFault(`--${answer.field.replace('L', '-l')}: ${answer.detail}`, exitCode.usage);
  throw new VerbFault(`${file}: ${answer.field}: ${answer.detail}`);
}
