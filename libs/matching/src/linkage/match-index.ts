import { bucketsOf, ruleKey, ruleKeys } from './candidate-pairs.ts';
import type { BlockingAtom } from './blocking-atoms.ts';
import { rowsOf } from './compare-records.ts';
import { normaliseCell } from './encode-table.ts';
import type { EncodedField } from './encode-table.ts';
import { probabilityOf } from './fellegi-sunter.ts';
import type { MatchModel } from './match-records.ts';
import type { Cell } from './record-table.ts';
import { createScorer } from './score-pair.ts';
import type { Scorer } from './score-pair.ts';

/** A record of the index that resembles the asked one. */
export interface IndexMatch {
  readonly record: number;
  readonly bits: number;
  readonly probability: number;
}

/**
 * A trained model over records that keep coming: a new record is compared with those that share a blocking key only, so a
 * look-up costs as many comparisons as there are candidates, whatever the size. The model's parameters stay as trained.
 */
export class MatchIndex {
  readonly #model: MatchModel;
  readonly #buckets: readonly { readonly order: Int32Array; readonly start: Int32Array }[];
  readonly #later: Map<number, number[]>[];
  readonly #fields: readonly EncodedField[];
  #rows: Int32Array;
  #scorer: Scorer;
  #size: number;
  #seen: Int32Array;
  #query = 0;

  constructor(model: MatchModel) {
    this.#model = model;
    this.#size = model.records;
    this.#fields = model.fields;
    this.#rows = rowsOf(model.fields, model.records + 1024);
    this.#buckets = model.rules.map((rule) => bucketsOf(ruleKeys(rule, model.fields, model.records)));
    this.#later = model.rules.map(() => new Map());
    this.#seen = new Int32Array(model.records + 1024);
    this.#scorer = createScorer(model.fields, model.parameters, model.records, this.#rows);
  }

  /** The number of records held. */
  get size(): number {
    return this.#size;
  }

  /** The records that match with at least `probability`, strongest first. The record asked with is not kept. */
  find(record: Readonly<Record<string, Cell>>, probability = 0.5): IndexMatch[] {
    this.#place(record);
    const query = this.#size;
    this.#query += 1;
    const floor = Math.log2(probability / (1 - probability));
    const found: IndexMatch[] = [];
    const consider = (candidate: number): void => {
      if (this.#seen[candidate] === this.#query) return;
      this.#seen[candidate] = this.#query;
      const bits = this.#scorer.score(query, candidate, floor);
      if (bits >= floor) found.push({ record: candidate, bits, probability: probabilityOf(bits) });
    };
    for (const [r, rule] of this.#model.rules.entries()) {
      const key = ruleKey(rule, (atom) => this.#block(atom, query));
      if (key === 0) continue;
      const { order, start } = this.#buckets[r] as { order: Int32Array; start: Int32Array };
      const bucket = key >>> (32 - Math.log2(start.length - 1));
      for (let at = start[bucket] as number; at < (start[bucket + 1] as number); at += 1) {
        const candidate = order[at] as number;
        // A bucket holds neighbouring keys too; only the same blocks are candidates.
        if (rule.every((atom) => this.#block(atom, candidate) === this.#block(atom, query))) consider(candidate);
      }
      for (const candidate of this.#later[r]?.get(key) ?? []) consider(candidate);
    }
    return found.sort((a, b) => b.bits - a.bits || a.record - b.record);
  }

  /** Takes a record in and returns its number. */
  add(record: Readonly<Record<string, Cell>>): number {
    this.#place(record);
    const added = this.#size;
    for (const [f, field] of this.#fields.entries()) {
      const code = this.#rows[added * this.#fields.length + f] as number;
      if (code >= 0) field.dictionary.count(code);
    }
    for (const [r, rule] of this.#model.rules.entries()) {
      const key = ruleKey(rule, (atom) => this.#block(atom, added));
      if (key === 0) continue;
      const own = this.#later[r]?.get(key);
      if (own === undefined) this.#later[r]?.set(key, [added]);
      else own.push(added);
    }
    this.#size += 1;
    return added;
  }

  /** Writes the record's values into the slot behind the last record. */
  #place(record: Readonly<Record<string, Cell>>): void {
    if (this.#size >= this.#seen.length) {
      const room = this.#size * 2;
      this.#rows = widened(this.#rows, room * this.#fields.length);
      this.#seen = widened(this.#seen, room);
      this.#scorer = createScorer(this.#fields, this.#model.parameters, this.#model.records, this.#rows);
    }
    for (const [f, field] of this.#fields.entries()) {
      const normalised = normaliseCell(record[field.configuration.column], field.configuration);
      this.#rows[this.#size * this.#fields.length + f] =
        normalised === undefined ? -1 : field.dictionary.add(normalised.value, normalised.key);
    }
  }

  #block(atom: BlockingAtom, record: number): number {
    const code = this.#rows[record * this.#fields.length + atom.field] as number;
    if (code < 0) return 0;
    return atom.blocks[code] ?? atom.blockOf(code);
  }
}

function widened(array: Int32Array, room: number): Int32Array {
  const more = new Int32Array(room);
  more.set(array);
  return more;
}
