import { createPatternCounter } from './agreement-patterns.ts';
import type { PatternTable } from './agreement-patterns.ts';
import { blockingAtoms } from './blocking-atoms.ts';
import type { BlockingAtom } from './blocking-atoms.ts';
import { forEachCandidate } from './candidate-pairs.ts';
import type { CompiledRule } from './candidate-pairs.ts';
import { chooseBlocking, reportBlocking } from './choose-blocking.ts';
import type { BlockingReport } from './cover-matches.ts';
import { createCompareRecords, levelLayout } from './compare-records.ts';
import { encodeTable } from './encode-table.ts';
import type { EncodedField } from './encode-table.ts';
import { estimateFellegiSunter } from './fellegi-sunter.ts';
import type { FellegiSunter } from './fellegi-sunter.ts';
import { configurationFault } from './match-configuration.ts';
import type { MatchConfiguration } from './match-configuration.ts';
import { forEachRandomPair, pairsInAll } from './random-pairs.ts';
import { tableSize } from './record-table.ts';
import type { MatchRefusal, RecordTable } from './record-table.ts';
import { createScorer } from './score-pair.ts';
import { chooseThreshold } from './choose-threshold.ts';
import { collectPairs } from './scored-pairs.ts';
import type { ScoredPairs } from './scored-pairs.ts';

/** A trained model over an encoded table: everything that scoring, explaining and indexing need. */
export interface MatchModel {
  readonly configuration: MatchConfiguration;
  readonly fields: readonly EncodedField[];
  readonly rules: readonly CompiledRule[];
  readonly parameters: FellegiSunter;
  readonly records: number;
  readonly source: readonly number[] | undefined;
}

/** The outcome of a run. */
export interface MatchResult {
  readonly model: MatchModel;
  readonly blocking: BlockingReport;
  /** Pairs above the keeping floor with their total weight in bits, strongest first. */
  readonly pairs: ScoredPairs;
  /** Accept pairs of at least this weight. */
  readonly thresholdBits: number;
  /** The precision and recall the model itself expects at the threshold. */
  readonly expected: { readonly precision: number; readonly recall: number };
  readonly comparedPairs: number;
  readonly totalPairs: number;
}

/** What a run is at: long work says so. */
export type MatchStage = 'normalise' | 'block' | 'estimate' | 'score';

/** Pairs drawn for u: enough that agreement on a rare value is seen, bounded by what a small file can tell. */
const randomSample = (records: number): number => Math.max(100_000, Math.min(300_000, 60 * records));
const estimationSample = 1_000_000;

/**
 * Trains and applies a Fellegi–Sunter model without labels: encode, draw random pairs for u, choose blocking rules, estimate m by EM, score every
 * candidate with term-frequency adjustment, choose the threshold. Deterministic for a seed. `onStage` is told of each stage as it begins.
 */
export function matchRecords(
  table: RecordTable,
  configuration: MatchConfiguration,
  onStage: (stage: MatchStage) => void = () => undefined,
): MatchResult | MatchRefusal {
  const records = tableSize(table);
  if (typeof records !== 'number') return records;
  const fault = configurationFault(configuration, Object.keys(table.columns));
  if (fault !== undefined) return fault;
  const totalPairs = pairsInAll(records, table.source);
  if (totalPairs === 0)
    return { refused: 'no-records', field: 'source', detail: 'all records come from one file, so there is no pair to link' };
  onStage('normalise');
  const fields = encodeTable(table, configuration.fields);
  onStage('block');
  const atoms = blockingAtoms(fields);
  const random = randomPatterns(fields, records, table.source, configuration.seed);
  const given = configuration.blocking === 'auto' ? undefined : givenRules(configuration.blocking, atoms);
  if (given !== undefined && 'refused' in given) return given;
  const { rules, report } =
    given === undefined
      ? chooseBlocking(fields, atoms, records, table.source, random, configuration.comparedShare, configuration.seed)
      : reportBlocking(given, fields, atoms, records, table.source, random, configuration.seed);
  onStage('estimate');
  const parameters = estimate(fields, rules, records, table.source, random, totalPairs, report);
  const model: MatchModel = { configuration, fields, rules, parameters, records, source: table.source };
  onStage('score');
  const { pairs, compared } = scoreCandidates(model);
  const { thresholdBits, precision, recall } = chooseThreshold(pairs, configuration.threshold);
  return {
    model,
    blocking: report,
    pairs,
    thresholdBits,
    expected: { precision, recall: recall * (1 - report.lostRecall) },
    comparedPairs: compared,
    totalPairs,
  };
}

/** Blocks the model's records and scores every candidate; nothing is estimated. `compared` counts the candidates, `pairs` those above the keeping floor. */
export function scoreCandidates(model: MatchModel): { readonly pairs: ScoredPairs; readonly compared: number } {
  const { fields, rules, parameters, records, source } = model;
  return collectPairs(rules, fields, records, source, createScorer(fields, parameters, records));
}

function randomPatterns(
  fields: readonly EncodedField[],
  records: number,
  source: readonly number[] | undefined,
  seed: number,
): PatternTable {
  const compare = createCompareRecords(fields);
  const counter = createPatternCounter(levelLayout(fields).missing.map((value) => value + 1));
  const out = new Uint8Array(fields.length);
  forEachRandomPair(records, source, randomSample(records), seed, (left, right) => {
    compare(left, right, out);
    counter.add(out);
  });
  return counter.table();
}

/** Counts the candidates' patterns (every k-th pair of a large table, by a hash of the pair) and estimates. */
function estimate(
  fields: readonly EncodedField[],
  rules: readonly CompiledRule[],
  records: number,
  source: readonly number[] | undefined,
  random: PatternTable,
  totalPairs: number,
  report: BlockingReport,
): FellegiSunter {
  const compare = createCompareRecords(fields);
  const { names, missing } = levelLayout(fields);
  const counter = createPatternCounter(missing.map((value) => value + 1));
  const out = new Uint8Array(fields.length);
  const planned = report.rules.reduce((sum, rule) => sum + rule.pairs, 0);
  const every = Math.max(1, planned / estimationSample);
  forEachCandidate(
    rules,
    fields,
    records,
    source,
    (left, right) => {
      compare(left, right, out);
      counter.add(out);
    },
    every,
  );
  return estimateFellegiSunter({
    candidates: counter.table(),
    weight: every,
    random,
    totalPairs,
    levels: names.map((own) => own.length),
    kinds: fields.map((field) => field.configuration.kind),
  });
}

function givenRules(rules: Exclude<MatchConfiguration['blocking'], 'auto'>, atoms: readonly BlockingAtom[]): CompiledRule[] | MatchRefusal {
  const compiled: CompiledRule[] = [];
  for (const rule of rules) {
    const own: BlockingAtom[] = [];
    for (const wanted of rule.atoms) {
      const atom = atoms.find((candidate) => candidate.column === wanted.column && candidate.key === wanted.key);
      if (atom === undefined)
        return {
          refused: 'bad-configuration',
          field: `blocking ${wanted.column}`,
          detail: `no key ${wanted.key}; there are ${atoms
            .filter((candidate) => candidate.column === wanted.column)
            .map((candidate) => candidate.key)
            .join(', ')}`,
        };
      own.push(atom);
    }
    compiled.push(own);
  }
  return compiled;
}
