import { bgBbScore, fitBgBb } from './bg-bb.ts';
import type { BgBbFit } from './bg-bb.ts';
import { fitGammaGamma, gammaGammaExpectedSpends } from './gamma-gamma.ts';
import type { GammaGammaFit, GammaGammaOptions } from './gamma-gamma.ts';
import { fitPurchaseModel, purchaseScores } from './purchase-model.ts';
import type { PurchaseModel, PurchaseModelName } from './purchase-model.ts';
import { checkNumber, isRefusal, refuse } from './refusal.ts';
import type { Numbers, Refusal } from './refusal.ts';

/** Every model that the `lifetime` verb of the command line knows. */
export type LifetimeModelName = PurchaseModelName | 'bg-bb' | 'gamma-gamma';

const PARAMETERS: Readonly<Record<LifetimeModelName, readonly string[]>> = {
  'bg-nbd': ['r', 'alpha', 'a', 'b'],
  'mbg-nbd': ['r', 'alpha', 'a', 'b'],
  'pareto-nbd': ['r', 'alpha', 's', 'beta'],
  nbd: ['r', 'alpha'],
  'bg-bb': ['alpha', 'beta', 'gamma', 'delta'],
  'gamma-gamma': ['p', 'q', 'v'],
};

/** The models by name, for a help text and for checking an argument. */
export const LIFETIME_MODELS = Object.keys(PARAMETERS) as readonly LifetimeModelName[];

/** Whether a word is a {@link LifetimeModelName}. */
export const isLifetimeModel = (word: string): word is LifetimeModelName => Object.hasOwn(PARAMETERS, word);

/** Columns of a table as read from a file: one entry a customer. For BG/BB `T` counts opportunities. */
export interface LifetimeTable {
  readonly frequency?: Numbers | undefined;
  readonly recency?: Numbers | undefined;
  readonly T?: Numbers | undefined;
  readonly monetary?: Numbers | undefined;
}

const column = (table: LifetimeTable, name: keyof LifetimeTable, model: string): Numbers | Refusal =>
  table[name] ?? refuse(name, 'empty', `the column ${name} is missing, ${model} needs it`);

/** Columns by name, or the refusal of the first that is missing. */
const columns = (
  table: LifetimeTable,
  names: readonly (keyof LifetimeTable)[],
  model: string,
): Record<keyof LifetimeTable, Numbers> | Refusal => {
  const none: Numbers = [];
  const found = { frequency: none, recency: none, T: none, monetary: none };
  for (const name of names) {
    const values = column(table, name, model);
    if ('refused' in values) return values;
    found[name] = values;
  }
  return found;
};

/** `tributary lifetime fit`: fits the named model to a table. */
export const fitLifetimeModel = (
  model: LifetimeModelName,
  table: LifetimeTable,
  options: GammaGammaOptions = {},
): Exclude<ReturnType<typeof fitPurchaseModel>, Refusal> | BgBbFit | GammaGammaFit | Refusal => {
  if (!isLifetimeModel(model))
    return refuse('model', 'unknown-model', `model must be one of ${LIFETIME_MODELS.join(', ')}, got ${String(model)}`);
  if (model === 'gamma-gamma') {
    const data = columns(table, ['frequency', 'monetary'], model);
    return 'refused' in data ? data : fitGammaGamma(data, options);
  }
  const data = columns(table, model === 'nbd' ? ['frequency', 'T'] : ['frequency', 'recency', 'T'], model);
  if ('refused' in data) return data;
  return model === 'bg-bb' ? fitBgBb({ ...data, opportunities: data.T }) : fitPurchaseModel(model, data);
};

/** Named columns of results, one entry a customer. */
export interface LifetimeScores {
  readonly pAlive?: Float64Array;
  readonly expectedPurchases?: Float64Array;
  readonly expectedSpend?: Float64Array;
}

/** Reads the parameters of a model from parsed JSON (a fit as it was printed, or its `params` alone). */
export const lifetimeParams = (model: LifetimeModelName, value: unknown): Record<string, number> | Refusal => {
  if (typeof value !== 'object' || value === null)
    return refuse('params', 'inconsistent', `params must be an object, got ${String(value)}`);
  const record = ('params' in value && typeof value.params === 'object' && value.params !== null ? value.params : value) as Record<
    string,
    unknown
  >;
  const out: Record<string, number> = {};
  for (const name of PARAMETERS[model]) {
    const own = record[name];
    const bad = checkNumber(`params.${name}`, typeof own === 'number' ? own : NaN, 'positive');
    if (bad) return bad;
    out[name] = own as number;
  }
  return out;
};

/** `tributary lifetime score`: P(alive) and expected purchases in `horizon`, or expected spend, of every row. `params` are those of {@link lifetimeParams}. */
export const scoreLifetimeModel = (
  model: LifetimeModelName,
  params: Readonly<Record<string, number>>,
  table: LifetimeTable,
  horizon: number,
): LifetimeScores | Refusal => {
  if (!isLifetimeModel(model))
    return refuse('model', 'unknown-model', `model must be one of ${LIFETIME_MODELS.join(', ')}, got ${String(model)}`);
  const known = lifetimeParams(model, params);
  if (isRefusal(known)) return known;
  if (model === 'gamma-gamma') {
    const data = columns(table, ['frequency', 'monetary'], model);
    if ('refused' in data) return data;
    const expectedSpend = gammaGammaExpectedSpends(known as Record<'p' | 'q' | 'v', number>, data);
    return 'refused' in expectedSpend ? expectedSpend : { expectedSpend };
  }
  const data = columns(table, model === 'nbd' ? ['frequency', 'T'] : ['frequency', 'recency', 'T'], model);
  if ('refused' in data) return data;
  if (model !== 'bg-bb') return purchaseScores({ model, params: known } as unknown as PurchaseModel, data, horizon);
  if (data.recency.length !== data.frequency.length || data.T.length !== data.frequency.length) {
    return refuse('recency', 'length-mismatch', 'frequency, recency and T must have one entry a customer each');
  }
  const [pAlive, expectedPurchases] = [new Float64Array(data.frequency.length), new Float64Array(data.frequency.length)];
  for (let i = 0; i < pAlive.length; i += 1) {
    const customer = { frequency: data.frequency[i] as number, recency: data.recency[i] as number, opportunities: data.T[i] as number };
    const one = bgBbScore(known as Record<'alpha' | 'beta' | 'gamma' | 'delta', number>, customer, horizon);
    if ('refused' in one) return { ...one, index: i };
    pAlive[i] = one.pAlive;
    expectedPurchases[i] = one.expectedPurchases;
  }
  return { pAlive, expectedPurchases };
};
