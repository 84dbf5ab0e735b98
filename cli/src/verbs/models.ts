import { InvalidArgumentError, Option } from 'commander';
import type { Command } from 'commander';
import { MODEL_NAMES } from '@tributary/forecasting';
import type { ModelName } from '@tributary/forecasting';
import { LIFETIME_MODELS } from '@tributary/lifetime';
import type { LifetimeModelName } from '@tributary/lifetime';
import { exitCode } from '../exit-code.ts';
import { backtestVerb } from '../models/backtest.ts';
import { basketRulesVerb } from '../models/basket-rules.ts';
import { forecastVerb } from '../models/forecast.ts';
import type { SeriesOptions } from '../models/forecast.ts';
import { fitVerb, scoreVerb } from '../models/lifetime.ts';
import type { FitOptions } from '../models/lifetime.ts';
import { matchVerb } from '../models/match.ts';
import { GAPS } from '../models/read-series.ts';
import type { Gaps } from '../models/read-series.ts';
import { processTerminal } from '../models/terminal.ts';
import type { Terminal } from '../models/terminal.ts';
import { wholeNumber } from '../program-options.ts';
import { VerbFault } from '../verb-fault.ts';

interface Delivered {
  readonly json?: true;
  readonly out?: string;
}

/** `tributary lifetime fit|score`, `forecast`, `backtest`, `match`, `baskets rules`: the models over files, without a hub. */
export function registerModelVerbs(program: Command, terminal: Terminal = processTerminal()): void {
  registerLifetime(program, terminal);
  registerForecast(program, terminal);
  registerMatch(program, terminal);
  registerBaskets(program, terminal);
}

const delivered = (command: Command): Command =>
  command.option('--out <file>', 'write the rows as CSV (.gz: packed) rather than print them').option('--json', 'for programs');

const positive = (text: string): number => {
  const value = Number(text);
  if (text.trim() === '' || !Number.isFinite(value) || value <= 0) throw new InvalidArgumentError('must be a number above 0');
  return value;
};

const counting = (text: string): number => {
  const value = wholeNumber(text);
  if (value < 1) throw new InvalidArgumentError('must be at least 1');
  return value;
};

const listOf =
  (one: (text: string) => number) =>
  (text: string): readonly number[] => {
    const values = text.split(',').map((part) => one(part.trim()));
    if (new Set(values).size < values.length) throw new InvalidArgumentError('names a value twice');
    return values.sort((a, b) => a - b);
  };

const level = (text: string): number => {
  const value = positive(text);
  if (value >= 1) throw new InvalidArgumentError('levels lie between 0 and 1');
  return value;
};

const share = (text: string): number => {
  const value = positive(text);
  if (value > 1) throw new InvalidArgumentError('must be above 0 and at most 1');
  return value;
};

interface LifetimeVerb extends Delivered {
  readonly in?: string;
  readonly model: LifetimeModelName;
  readonly transactions?: true | string;
  readonly unit?: string;
  readonly asOf?: string;
  readonly excludeNonpositive?: true;
}

function registerLifetime(program: Command, terminal: Terminal): void {
  const verb = program.command('lifetime').description('life-time value: purchases to come, who is still a customer, expected spend');
  const fitted = (name: string, description: string): Command =>
    delivered(
      verb
        .command(name)
        .description(description)
        .option('--in <file>', 'CSV or Parquet, also .gz: frequency,recency,T[,monetary] (or x,t_x,T,zbar), a row a customer')
        .addOption(new Option('--model <name>', 'the model').choices(LIFETIME_MODELS).default('bg-nbd'))
        .option('--transactions [file]', 'the file is a log of purchases: customer,date[,amount]')
        .option('--unit <unit>', 'day, week, month or year: unit of the times (of a log: week unless told)')
        .option('--as-of <date>', 'end of observation of a log (its last day unless told); later purchases are left out')
        .option('--exclude-nonpositive', 'gamma-gamma: leave out, and count, repeat buyers without positive spend'),
    );
  fitted('fit', 'parameters by maximum likelihood, with standard errors').action((options: LifetimeVerb) =>
    fitVerb(fitOptions(options), options, terminal),
  );
  fitted('score', 'P(alive) and expected purchases, or expected spend, of every customer')
    .option('--horizon <length>', 'how far ahead, in the unit of the data', positive)
    .option('--params <json>', 'parameters: a file of `lifetime fit --json`, or the JSON; fitted to the same customers unless given')
    .action((options: LifetimeVerb & { horizon?: number; params?: string }) =>
      scoreVerb({ ...fitOptions(options), horizon: options.horizon, params: options.params }, options, terminal),
    );
}

function fitOptions({ model, transactions, unit, asOf, excludeNonpositive, ...options }: LifetimeVerb): FitOptions {
  const file = typeof transactions === 'string' ? transactions : options.in;
  if (file === undefined) throw new VerbFault('--in is missing: the file of customers', exitCode.usage);
  if (typeof transactions === 'string' && options.in !== undefined)
    throw new VerbFault('give one file: --in FILE --transactions, or --transactions FILE', exitCode.usage);
  return { model, file, transactions: transactions !== undefined, unit, asOf, excludeNonpositive: excludeNonpositive === true };
}

interface SeriesVerb extends Delivered {
  readonly in: string;
  readonly horizon: number;
  readonly season: readonly number[];
  readonly model: ModelName | 'auto';
  readonly levels: readonly number[];
  readonly nonnegative?: true;
  readonly gaps: Gaps;
}

function registerForecast(program: Command, terminal: Terminal): void {
  const series = (name: string, description: string): Command =>
    delivered(
      program
        .command(name)
        .description(description)
        .requiredOption('--in <file>', 'CSV or Parquet, also .gz: series,time,value; time is a date or a whole number')
        .requiredOption('--horizon <steps>', 'how many periods ahead', counting)
        .option('--season <periods>', 'season lengths in periods, such as 12 or 24,168; 1 is none', listOf(counting), [1])
        .addOption(new Option('--model <name>', 'the model').choices(['auto', ...MODEL_NAMES]).default('auto'))
        .option('--levels <list>', 'quantile levels', listOf(level), [0.1, 0.5, 0.9])
        .option('--nonnegative', 'cut at zero, as demand wants')
        .addOption(
          new Option('--gaps <what>', 'periods without a row: not known, nothing sold, or no period at all (rows follow each other)')
            .choices(GAPS)
            .default('missing'),
        ),
    );
  series('forecast', 'mean and quantiles of every series')
    .option('--report <file>', 'write the chosen model and its error of every series as JSON')
    .action((options: SeriesVerb & { report?: string }) => forecastVerb(seriesOptions(options), options, terminal));
  series('backtest', 'cut every series at earlier ends, forecast from there, and measure')
    .option('--origins <n>', 'how many ends', counting, 3)
    .option('--step <periods>', 'periods between two ends (the horizon unless told)', counting)
    .action(({ origins, step, ...options }: SeriesVerb & { origins: number; step?: number }) =>
      backtestVerb({ ...seriesOptions(options), origins, ...(step === undefined ? {} : { step }) }, options, terminal),
    );
}

const seriesOptions = ({ in: file, horizon, season, model, levels, nonnegative, gaps }: SeriesVerb): SeriesOptions => ({
  file,
  horizon,
  season,
  model,
  levels,
  nonnegative: nonnegative === true,
  gaps,
});

function registerMatch(program: Command, terminal: Terminal): void {
  delivered(
    program
      .command('match')
      .description('find records of the same person: in one file, or across two')
      .requiredOption('--in <file[,file2]>', 'CSV or Parquet, also .gz; two files are linked by the columns that both have')
      .option('--config <file>', 'JSON: fields, blocking, comparedShare, threshold, oneToOne, seed; proposed from the columns unless given')
      .option('--truth <column>', 'equal values are one person: prints precision, recall and F1')
      .option('--id <column>', 'names the records (rec_id, record_id, id … unless told, else the row number)')
      .option('--clusters <file>', 'write the cluster of every record as CSV'),
  ).action(
    ({
      in: file,
      config,
      truth,
      id,
      clusters,
      ...options
    }: Delivered & Record<'in', string> & Partial<Record<'config' | 'truth' | 'id' | 'clusters', string>>) =>
      matchVerb({ file, config, truth, id, clusters }, options, terminal),
  );
}

function registerBaskets(program: Command, terminal: Terminal): void {
  delivered(
    program
      .command('baskets')
      .description('what is bought together')
      .command('rules')
      .description('frequent sets and the rules they make, strongest lift first')
      .requiredOption('--in <file>', 'CSV or Parquet, also .gz: basket,item, a row a line')
      .requiredOption('--support <share>', 'least share of baskets, such as 0.01', share)
      .requiredOption('--confidence <share>', 'least share of the buyers of the left side who take the right side', share)
      .option('--lift <factor>', 'least lift; 1 is what chance would give', positive)
      .option('--max-length <items>', 'most items of a rule, both sides together', counting),
  ).action(
    ({
      in: file,
      support,
      confidence,
      lift,
      maxLength,
      ...options
    }: Delivered & { in: string; support: number; confidence: number; lift?: number; maxLength?: number }) =>
      basketRulesVerb({ file, support, confidence, lift, maxLength }, options, terminal),
  );
}
