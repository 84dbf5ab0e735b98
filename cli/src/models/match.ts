import { acceptPairs, bCubed, clusterMatches, clusterPairMeasures, explainPairs, matchRecords, pairMeasures } from '@tributary/matching';
import type { AcceptedPair, Clustering, MatchStage, PairExplanation } from '@tributary/matching';
import { table as asTable } from '../output.ts';
import { VerbFault } from '../verb-fault.ts';
import { deliver, figure, writeCsvFile } from './answer.ts';
import type { Delivery } from './answer.ts';
import { configurationOf } from './match-configuration.ts';
import type { UsedConfiguration } from './match-configuration.ts';
import { matchFiles, readRecordsToMatch } from './match-input.ts';
import type { MatchInput } from './match-input.ts';
import { sayStage } from './terminal.ts';
import type { Terminal } from './terminal.ts';

/** What to match. */
export interface MatchOptions {
  /** One file, or two separated by a comma. */
  readonly file: string;
  readonly config: string | undefined;
  readonly truth: string | undefined;
  readonly id: string | undefined;
  /** Where to write the cluster of every record. */
  readonly clusters: string | undefined;
}

/** Blocking rules that a person reads before the rest is counted. */
const SHOWN = 10;

const stageWords: Readonly<Record<MatchStage, string>> = {
  normalise: 'normalising the values',
  block: 'choosing which pairs to compare',
  estimate: 'learning how much each agreement says',
  score: 'comparing the pairs',
};

interface Weighed {
  readonly pair: AcceptedPair;
  readonly why: PairExplanation;
}

/** `tributary match`: accepted pairs with probability and the weight of every field in bits, clusters, and with a truth the measures. */
export async function matchVerb(options: MatchOptions, delivery: Delivery, terminal: Terminal): Promise<void> {
  const files = matchFiles(options.file);
  const input = await readRecordsToMatch(files, { id: options.id, truth: options.truth }, terminal);
  const used = await configurationOf(options.config, input.table.columns);
  const { configuration } = used;
  const started = performance.now();
  const result = matchRecords(input.table, configuration, (stage) => sayStage(terminal, stageWords[stage]));
  if ('refused' in result) throw new VerbFault(`${files.join(', ')}: ${result.field}: ${result.detail}`);
  const pairs = acceptPairs(result);
  const clustering = clusterMatches(input.labels.length, pairs);
  const explained = explainPairs(result, pairs);
  const seconds = (performance.now() - started) / 1000;
  const weighed = pairs.map((pair, at): Weighed => ({ pair, why: explained[at] as PairExplanation }));
  const measures = measuresOf(input, pairs, clustering);
  const { labels } = input;
  const { comparedPairs, totalPairs } = result;
  if (options.clusters !== undefined) await writeCsvFile(options.clusters, clusterTable(input, clustering));
  await deliver(terminal, delivery, {
    table: {
      header: [
        'left',
        'right',
        'probability',
        'bits',
        'prior_bits',
        'related_bits',
        ...configuration.fields.map(({ column }) => `bits_${column}`),
      ],
      rows: function* () {
        for (const { pair, why } of weighed)
          yield [
            labels[pair.left] as string,
            labels[pair.right] as string,
            pair.probability,
            pair.bits,
            why.priorBits,
            why.relatedBits,
            ...why.fields.map(({ bits }) => bits),
          ];
      },
    },
    summary: {
      files,
      records: labels.length,
      task: files.length === 1 ? 'dedupe' : 'link',
      configuration,
      ...(used.proposed === undefined ? {} : { proposedFrom: used.proposed }),
      blocking: result.blocking,
      comparedPairs,
      totalPairs,
      comparedShare: comparedPairs / totalPairs,
      thresholdBits: result.thresholdBits,
      expected: result.expected,
      accepted: pairs.length,
      clusterCount: clustering.clusters,
      ...(options.clusters === undefined ? {} : { clustersOut: options.clusters }),
      ...(measures === undefined ? {} : { measures }),
      seconds,
    },
    details: () => ({
      pairs: weighed.map(({ pair, why }) => ({
        left: labels[pair.left],
        right: labels[pair.right],
        probability: pair.probability,
        bits: pair.bits,
        priorBits: why.priorBits,
        relatedBits: why.relatedBits,
        fields: why.fields,
      })),
      clusters: severalOf(input, clustering),
    }),
    words: () =>
      [
        ...proposalWords(used),
        `${labels.length} records, ${comparedPairs} of ${totalPairs} pairs compared (${((100 * comparedPairs) / totalPairs).toFixed(3)} %), ${seconds.toFixed(2)} s`,
        asTable(
          result.blocking.rules.slice(0, SHOWN).map(({ atoms, pairs: cost, recall, onlyHere }) => ({
            'compared when equal': atoms.map(({ column, key }) => `${column}:${key}`).join(' + '),
            pairs: Math.round(cost),
            'finds alone': figure(recall),
            'only it finds': figure(onlyHere),
          })),
        ),
        ...(result.blocking.rules.length > SHOWN ? [`and ${result.blocking.rules.length - SHOWN} more rules`] : []),
        `true pairs that no rule compares, by the model: ${(100 * result.blocking.lostRecall).toFixed(3)} %`,
        `${pairs.length} pairs accepted, ${clustering.clusters} clusters; the model expects precision ${figure(result.expected.precision)}, recall ${figure(result.expected.recall)}`,
        ...(measures === undefined
          ? []
          : [
              asTable(
                Object.entries(measures).map(([of, { precision, recall, f1 }]) => ({
                  'against the truth': of,
                  precision: figure(precision),
                  recall: figure(recall),
                  F1: figure(f1),
                })),
              ),
            ]),
      ].join('\n'),
  });
}

function proposalWords({ proposed }: UsedConfiguration): string[] {
  if (proposed === undefined) return [];
  return [asTable(proposed.map(({ column, kind, because }) => ({ column, 'compared as': kind, because })))];
}

function measuresOf({ truth, table }: MatchInput, pairs: readonly AcceptedPair[], { clusterOf }: Clustering) {
  if (truth === undefined) return undefined;
  return {
    pairs: pairMeasures(pairs, truth, table.source),
    clusterPairs: clusterPairMeasures(clusterOf, truth, table.source),
    bCubed: bCubed(clusterOf, truth),
  };
}

const clusterTable = ({ labels, fileOf, files }: MatchInput, { clusterOf }: Clustering) => ({
  header: [...(files.length > 1 ? ['file'] : []), 'record', 'cluster'],
  rows: function* () {
    for (const [record, label] of labels.entries())
      yield [...(files.length > 1 ? [fileOf[record] as string] : []), label, (clusterOf[record] as number) + 1];
  },
});

/** Clusters of two records or more; with two files each record with its file. */
function severalOf({ labels, fileOf, files }: MatchInput, { clusterOf }: Clustering) {
  const members = new Map<number, number[]>();
  for (const [record, cluster] of clusterOf.entries()) {
    const own = members.get(cluster);
    if (own === undefined) members.set(cluster, [record]);
    else own.push(record);
  }
  return [...members]
    .filter(([, records]) => records.length > 1)
    .map(([cluster, records]) => ({
      cluster: cluster + 1,
      records: records.map((record) => (files.length > 1 ? { file: fileOf[record], record: labels[record] } : labels[record])),
    }));
}
