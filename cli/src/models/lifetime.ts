import { readFile } from 'node:fs/promises';
import { fitLifetimeModel, isRefusal, lifetimeParams, scoreLifetimeModel } from '@tributary/lifetime';
import type { LifetimeScores } from '@tributary/lifetime';
import { exitCode } from '../exit-code.ts';
import { table as asTable } from '../output.ts';
import { VerbFault } from '../verb-fault.ts';
import { deliver, figure } from './answer.ts';
import type { Delivery } from './answer.ts';
import { readCustomers } from './lifetime-input.ts';
import type { LifetimeCustomers, LifetimeSource } from './lifetime-input.ts';
import type { Terminal } from './terminal.ts';

/** What to fit. */
export interface FitOptions extends LifetimeSource {
  /** Gamma-Gamma: leave repeat buyers without positive spend out, and count them, rather than refuse. */
  readonly excludeNonpositive: boolean;
}

type Fitted = Exclude<ReturnType<typeof fitLifetimeModel>, { readonly refused: true }>;

/** A fit with the time it took, reading left out. */
interface TimedFit {
  readonly fit: Fitted;
  readonly seconds: number;
}

function fitOf(customers: LifetimeCustomers, { model, excludeNonpositive }: FitOptions): TimedFit {
  const started = performance.now();
  const fit = fitLifetimeModel(model, customers.table, { nonPositive: excludeNonpositive ? 'exclude' : 'refuse' });
  if (isRefusal(fit)) throw customers.fault(fit);
  return { fit, seconds: (performance.now() - started) / 1000 };
}

/** `tributary lifetime fit`: parameters by their usual letters with standard errors; one row a parameter. */
export async function fitVerb(options: FitOptions, delivery: Delivery, terminal: Terminal): Promise<void> {
  const customers = await readCustomers(options, terminal);
  const { fit, seconds } = fitOf(customers, options);
  const parameters = Object.entries<number>(fit.params).map(([parameter, value]) => ({
    parameter,
    value,
    standardError: (fit.standardErrors as Readonly<Record<string, number | null>>)[parameter] ?? null,
  }));
  const summary = { file: customers.file, ...unitAndLog(customers), ...fit, seconds };
  const words = (): string =>
    [
      `${fit.model}, ${fit.customers} customers: log-likelihood ${fit.logLikelihood.toFixed(2)}, ${fit.converged ? 'converged' : 'NOT converged'}, ${seconds.toFixed(3)} s`,
      asTable(
        parameters.map(({ parameter, value, standardError }) => ({
          parameter,
          value: figure(value),
          'standard error': figure(standardError),
        })),
      ),
      ...(fit.atBound.length > 0 ? [`at its bound: ${fit.atBound.join(', ')} (docs/models/lifetime.md says what that means)`] : []),
      ...('frequencySpendCorrelation' in fit ? [`correlation of frequency and spend ${figure(fit.frequencySpendCorrelation)}`] : []),
      ...('nonPositiveExcluded' in fit && fit.nonPositiveExcluded > 0
        ? [`${fit.nonPositiveExcluded} customers without positive spend left out`]
        : []),
    ].join('\n');
  if (delivery.json !== true && delivery.out === undefined) {
    terminal.out.write(`${words()}\n`);
    return;
  }
  await deliver(terminal, delivery, {
    table: {
      header: ['parameter', 'value', 'standard_error'],
      rows: () => parameters.map(({ parameter, value, standardError }) => [parameter, value, standardError]),
    },
    summary,
    details: () => ({}),
    words,
  });
}

/** What to score. */
export interface ScoreOptions extends FitOptions {
  /** Length of the future, in the unit of the data (BG/BB: opportunities). */
  readonly horizon: number | undefined;
  /** A file of parameters as `lifetime fit --json` prints them, or that JSON itself; without, the model is fitted to the same customers. */
  readonly params: string | undefined;
}

const COLUMNS: readonly (readonly [keyof LifetimeScores, string])[] = [
  ['pAlive', 'p_alive'],
  ['expectedPurchases', 'expected_purchases'],
  ['expectedSpend', 'expected_spend'],
];

/** `tributary lifetime score`: P(alive) and expected purchases, or expected spend, a row a customer. */
export async function scoreVerb(options: ScoreOptions, delivery: Delivery, terminal: Terminal): Promise<void> {
  const { model, horizon } = options;
  if (horizon === undefined && model !== 'gamma-gamma')
    throw new VerbFault('--horizon is missing: how far ahead, in the unit of the data', exitCode.usage);
  const given = options.params === undefined ? undefined : await readParams(options.params, options);
  const customers = await readCustomers(options, terminal);
  const params = given ?? { ...fitOf(customers, options).fit.params };
  const started = performance.now();
  const scores = scoreLifetimeModel(model, params, customers.table, horizon ?? 0);
  if (isRefusal(scores)) throw customers.fault(scores);
  const seconds = (performance.now() - started) / 1000;
  const columns = COLUMNS.flatMap(([key, name]) => {
    const values = scores[key];
    return values === undefined ? [] : [{ key, name, values }];
  });
  const { labels } = customers;
  await deliver(terminal, delivery, {
    table: {
      header: ['customer', ...columns.map(({ name }) => name)],
      rows: function* () {
        for (const [at, label] of labels.entries()) yield [label, ...columns.map(({ values }) => values[at] as number)];
      },
    },
    summary: {
      file: customers.file,
      model,
      ...unitAndLog(customers),
      ...(horizon === undefined ? {} : { horizon }),
      params,
      fittedHere: given === undefined,
      customers: labels.length,
      totals: Object.fromEntries(columns.map(({ key, values }) => [key, values.reduce((sum, value) => sum + value, 0)])),
      seconds,
    },
    details: () => ({
      scores: labels.map((customer, at) => ({
        customer,
        ...Object.fromEntries(columns.map(({ key, values }) => [key, values[at] as number])),
      })),
    }),
    words: () =>
      [
        `${labels.length} customers scored by ${model}${given === undefined ? ', fitted to the same customers' : ''}`,
        ...columns.map(({ name, values }) => `mean ${name} ${figure(values.reduce((sum, value) => sum + value, 0) / labels.length)}`),
      ].join('; '),
  });
}

const unitAndLog = ({ unit, log }: LifetimeCustomers): Readonly<Record<string, unknown>> => ({
  ...(unit === undefined ? {} : { unit }),
  ...(log ?? {}),
});

async function readParams(given: string, { model, unit, transactions }: ScoreOptions): Promise<Record<string, number>> {
  const inline = given.trimStart().startsWith('{');
  const text = inline
    ? given
    : await readFile(given, 'utf8').catch(() => {
        throw new VerbFault(`there is no file ${given}`, exitCode.notFound);
      });
  const where = inline ? '--params' : given;
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new VerbFault(`${where} is no JSON: ${(error as Error).message}`, exitCode.usage);
  }
  const named = value as { readonly model?: unknown; readonly unit?: unknown } | null;
  if (named?.model !== undefined && named.model !== model)
    throw new VerbFault(`${where} holds the parameters of ${String(named.model)}, not of ${model}`, exitCode.usage);
  const own = unit ?? (transactions ? 'week' : undefined);
  if (named?.unit !== undefined && own !== undefined && named.unit !== own)
    throw new VerbFault(`${where} was fitted by the ${String(named.unit)}, these customers are given by the ${own}`, exitCode.usage);
  const params = lifetimeParams(model, value);
  if (isRefusal(params)) throw new VerbFault(`${where}: ${params.detail}`, exitCode.usage);
  return params;
}
